"""ClickHouse in process: `clickhouse.py paths|describe PATH`. PATH is a file or a glob. Prints paths or columns with types."""

import sys

import chdb

command, path = sys.argv[1:]
ALL = "max_threads=2"
if command == "paths":
    query = f"SELECT arrayJoin(distinctJSONPathsAndTypes(json)) FROM file('{path}', 'JSONAsObject', 'json JSON') SETTINGS {ALL}"
else:
    ALL += ", input_format_max_rows_to_read_for_schema_inference=1000000000"
    ALL += ", input_format_max_bytes_to_read_for_schema_inference=1000000000000"
    query = f"DESCRIBE file('{path}', 'JSONEachRow') SETTINGS {ALL}"
print(chdb.query(query, "CSV"))
