"""Polars over all records: `polars_schema.py PATH`. Prints the schema."""

import sys

import polars

for name, kind in polars.scan_ndjson(sys.argv[1], infer_schema_length=None).collect_schema().items():
    print(name, kind)
