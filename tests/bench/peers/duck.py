"""DuckDB over all records: `duck.py describe|summarize PATH`. PATH is a file or a glob. Prints every column with its type."""

import sys

import duckdb

command, path = sys.argv[1:]
# A concatenated file (.json here) is no lines.
FORMAT = "auto" if path.endswith(".json") else "newline_delimited"
SETTINGS = f"sample_size=-1, format='{FORMAT}', maximum_sample_files=1000000"
if "*" in path:
    # 64 MiB for each of many files runs out of memory.
    SETTINGS += ", maximum_object_size=4194304"
connection = duckdb.connect()
connection.execute("SET threads=2")
verb = {"describe": "DESCRIBE", "summarize": "SUMMARIZE"}[command]
for row in connection.execute(f"{verb} SELECT * FROM read_json_auto('{path}', {SETTINGS})").fetchall():
    print(row)
