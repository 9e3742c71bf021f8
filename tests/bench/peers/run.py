"""mapdrift beside its peers: alternating runs, sentinel and exit status checked before a time counts.

    python3 tests/bench/peers/run.py setup                    peers into target/bench (pip, cargo; minutes)
    python3 tests/bench/peers/run.py data [--sets clicks gh] [--size 1GB]
    python3 tests/bench/peers/run.py sentinel                 who sees a field of the last record, in which form
    python3 tests/bench/peers/run.py compare [--only NAME...] [--sets clicks gh] [--pairs 5]

`compare` runs A B A B ... with A mapdrift and B the peer. A ratio is B / A of one pair; the median is shown with the smallest
and the largest. Wall and CPU are those of the whole process, start of the interpreter included; `startup` rows say how much
that is. Everything that is made lands under target/bench. Needs /usr/bin/time (Debian: time) and Python 3.11 or later.
"""

import argparse
import datetime
import gzip
import json
import os
import shlex
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
WORK = ROOT / "target" / "bench"
PYTHON = WORK / "venv" / "bin" / "python"
RUST = WORK / "peers-build" / "release" / "peers"
DRIVEL = WORK / "drivel" / "bin" / "drivel"
WHEELS = ["duckdb==2.0.0", "polars==2.1.0", "chdb==4.4.0"]
SENTINEL = "sentinel_of_the_last_record"

# name -> (command, form, size, what a right output holds, threads of mapdrift). {} is the input; a form says which.
PEERS = {
    "duckdb-describe": (f"{PYTHON} {HERE}/duck.py describe {{}}", "ndjson", "1GB", "sentinel", 2),
    "duckdb-summarize": (f"{PYTHON} {HERE}/duck.py summarize {{}}", "ndjson", "1GB", "sentinel", 2),
    "polars": (f"{PYTHON} {HERE}/polars_schema.py {{}}", "ndjson", "1GB", "sentinel", 2),
    "clickhouse-paths": (f"{PYTHON} {HERE}/clickhouse.py paths {{}}", "ndjson", "1GB", "sentinel", 2),
    "arrow-json": (f"{RUST} arrow {{}}", "ndjson", "1GB", "sentinel", 2),
    "clickhouse-describe": (f"{PYTHON} {HERE}/clickhouse.py describe {{}}", "ndjson", "300MB", "sentinel", 2),
    "drivel": (f"sh -c '{DRIVEL} describe < {{}}'", "ndjson", "300MB", "sentinel", 2),
    "duckdb-describe-objects": (f"{PYTHON} {HERE}/duck.py describe {{}}", "objects-ndjson", "1GB", "sentinel", 2),
    "clickhouse-paths-objects": (f"{PYTHON} {HERE}/clickhouse.py paths {{}}", "objects-ndjson", "1GB", "sentinel", 2),
    "duckdb-describe-whole": (f"{PYTHON} {HERE}/duck.py describe {{}}", "whole", "1GB", "sentinel", 2),
    "polars-whole": (f"{PYTHON} {HERE}/polars_schema.py {{}}", "whole", "1GB", "sentinel", 2),
    "ignored": (f"{RUST} ignored {{}}", "ndjson", "1GB", "records", 1),
    "tape": (f"{RUST} tape {{}}", "ndjson", "1GB", "sentinel", 1),
    "inflate": (f"sh -c '{RUST} inflate {{}}'", "objects-ndjson", "1GB", "bytes", 1),
}
ADVERSARIAL = {"adv_keys": "64MB", "adv_deep": "6MB", "adv_long": "113MB", "adv_esc": "31MB"}
ONE_STREAM = ("arrow-json", "drivel", "tape")
STARTUP = {"duckdb": "import duckdb", "polars": "import polars", "clickhouse": "import chdb; chdb.query('SELECT 1')"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["setup", "data", "sentinel", "compare", "startup"])
    parser.add_argument("--sets", nargs="+", default=["clicks", "gh"])
    parser.add_argument("--size", help="instead of the sizes of the table")
    parser.add_argument("--only", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--ours", help="mapdrift's command, with {input} and {threads}; 'none' measures peers alone",
                        default=f"{ROOT}/target/release/mapdrift scan --jobs {{threads}} {{input}}")
    options = parser.parse_args()
    {"setup": setup, "data": data, "sentinel": sentinel, "compare": compare, "startup": startup}[options.command](options)


def setup(_):
    WORK.mkdir(parents=True, exist_ok=True)
    if not PYTHON.exists():
        call([sys.executable, "-m", "venv", WORK / "venv"])
    call([PYTHON, "-m", "pip", "install", "-q", *WHEELS])
    call(["cargo", "build", "--release", "--locked", "--manifest-path", HERE / "Cargo.toml", "--target-dir", WORK / "peers-build"])
    call(["cargo", "install", "drivel", "--version", "0.3.2", "--locked", "--root", WORK / "drivel"])


def data(options):
    for name in options.sets:
        sizes = [options.size] if options.size else [ADVERSARIAL[name]] if name in ADVERSARIAL else ["1GB", "300MB"]
        for size in sizes:
            forms = ["--forms", "ndjson"] if size == "300MB" or name in ADVERSARIAL else []
            generate(name, size, WORK / "data" / size, *forms)


def sentinel(options):
    """mapdrift and every peer on 3 MB: one file, 51 objects, concatenated. Yes, no, or the error's last line."""
    folder = WORK / "data" / "sentinel"
    generate("clicks", "3MB", folder)
    source = folder / "clicks"
    split(source / "records.ndjson", source / "many", 51)
    inputs = {"last record": source / "records.ndjson", "last of 51 objects": source / "many" / "*.gz",
              "concatenated": source / "records.json"}
    print(head() + "\n| peer | " + " | ".join(inputs) + " |\n|---" + "|---" * len(inputs) + "|")
    tools = {name: command for name, (command, form, _, holds, _) in PEERS.items() if holds == "sentinel" and form == "ndjson"}
    if options.ours != "none":
        cells = [sees("mapdrift", ours(options, path, 2)) for path in inputs.values()]
        print("| mapdrift | " + " | ".join(cells) + " |", flush=True)
    for name, command in tools.items():
        cells = [sees(name, command.format(path)) for path in inputs.values()]
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def compare(options):
    print(head())
    print("| peer | set | input | peer s | peer CPU s | peer GB/s | peer MiB | ours s | ours CPU s | ours MiB | x wall | x CPU |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    for name in options.only:
        for set_name in options.sets:
            print(row(name, set_name, options), flush=True)


def row(name, set_name, options):
    command, form, size, holds, threads = PEERS[name]
    size = options.size or ADVERSARIAL.get(set_name, size)
    folder = WORK / "data" / size / set_name
    manifest = json.loads((folder / "MANIFEST.json").read_text())
    source = path_of(folder, form)
    expected = {"sentinel": SENTINEL, "records": f"records {manifest['records']}\n",
                "bytes": f"bytes {manifest['bytes']['ndjson']}\n"}[holds]
    mine = ours(options, source, threads)
    subprocess.run(f"cat {source} > /dev/null", shell=True, check=True)
    pairs = []
    for _ in range(options.pairs):
        own = None if options.ours == "none" else measure(mine, SENTINEL)
        peer = measure(command.format(source), expected)
        if isinstance(peer, str) or isinstance(own, str):
            return f"| {name} | {set_name} | {form} {size} | not counted: {peer if isinstance(peer, str) else 'mapdrift: ' + own} |"
        pairs.append((own, peer))
    record(name, set_name, form, size, pairs)
    return shown(name, set_name, f"{form} {size}", pairs, manifest["bytes"]["ndjson"])


def measure(command, expected):
    """(wall s, CPU s, peak MiB), or why the run does not count. /usr/bin/time is small, so its child's peak is the child's own."""
    figures = WORK / "time.txt"
    begin = time.monotonic()
    run = subprocess.run(["/usr/bin/time", "-f", "%U %S %M", "-o", figures, *shlex.split(command)], capture_output=True, text=True)
    wall = time.monotonic() - begin
    if run.returncode != 0:
        words = [line for line in run.stderr.splitlines() if "rror" in line and any(c.isalpha() for c in line)]
        return f"exit {run.returncode}: {(words or [''])[-1].strip()[:100]}"
    if expected not in run.stdout:
        return f"`{expected.strip()}` is not in its answer"
    user, system, kib = figures.read_text().split()[-3:]
    return wall, float(user) + float(system), int(kib) / 1024


def shown(name, set_name, source, pairs, size):
    middle = lambda values: statistics.median(values)
    peer = [middle([peer[i] for _, peer in pairs]) for i in range(3)]
    cells = [name, set_name, source, f"{peer[0]:.2f}", f"{peer[1]:.2f}", f"{size / peer[0] / 1e9:.2f}", f"{peer[2]:.0f}"]
    if pairs[0][0] is None:
        return "| " + " | ".join(cells + ["to be measured"] + [""] * 4) + " |"
    mine = [middle([own[i] for own, _ in pairs]) for i in range(3)]
    ratio = lambda i: sorted(peer[i] / max(own[i], 0.01) for own, peer in pairs)  # CPU is told in steps of 0.01 s
    digits = lambda value: f"{value:.2f}" if value < 3 else f"{value:.1f}"
    spread = lambda values: f"{digits(middle(values))} ({digits(values[0])}–{digits(values[-1])})"
    cells += [f"{mine[0]:.2f}", f"{mine[1]:.2f}", f"{mine[2]:.0f}", spread(ratio(0)), spread(ratio(1))]
    return "| " + " | ".join(cells) + " |"


def startup(_):
    print(head())
    for name, code in STARTUP.items():
        runs = [measure(f"{PYTHON} -c {shlex.quote(code + '; print(1)')}", "1") for _ in range(5)]
        print(f"start-up of {name}: {statistics.median(run[0] for run in runs):.2f} s wall, {statistics.median(run[1] for run in runs):.2f} s CPU")


def ours(options, source, threads):
    """mapdrift's command; it takes the folder where peers take a pattern."""
    return options.ours.format(input=str(source).replace("/*.gz", ""), threads=threads)


def sees(name, command):
    if "*" in command and name in ONE_STREAM:
        return "reads one stream"
    result = measure(command, SENTINEL)
    if not isinstance(result, str):
        return "yes"
    return "**no**" if "not in its answer" in result else f"error ({result})"


def record(name, set_name, form, size, pairs):
    line = {"date": now(), "peer": name, "set": set_name, "form": form, "size": size, "pairs": pairs}
    with open(WORK / "results.jsonl", "a") as file:
        file.write(json.dumps(line) + "\n")


def generate(name, size, folder, *options):
    call(["cargo", "bench", "-q", "--bench", "bench", "--", "generate", name, size, folder, "--sentinel", *options])


def split(source, folder, parts):
    """Whole lines of `source` into `parts` gzip files, the last line in the last."""
    lines = source.read_bytes().splitlines(keepends=True)
    folder.mkdir(exist_ok=True)
    for part in range(parts):
        chunk = lines[part * len(lines) // parts:(part + 1) * len(lines) // parts]
        (folder / f"{part:04}.gz").write_bytes(gzip.compress(b"".join(chunk), mtime=0))


def path_of(folder, form):
    return folder / {"ndjson": "records.ndjson", "concatenated": "records.json", "whole": "records.ndjson.gz",
                     "objects": "objects/*.gz", "objects-ndjson": "objects-ndjson/*.gz"}[form]


def head():
    versions = subprocess.run([PYTHON, "-m", "pip", "list", "--format=freeze"], capture_output=True, text=True).stdout.split()
    wanted = [line for line in versions if line.split("=")[0] in ("duckdb", "polars", "chdb", "chdb-core")]
    rust = [f"{name} {version}" for name, version in locked() if name in ("arrow-json", "simd-json", "serde_json", "libdeflater")]
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    return f"{now()}, {os.cpu_count()} cores ({cpu}), {', '.join(wanted + rust)}, drivel 0.3.2\n"


def locked():
    lines = (HERE / "Cargo.lock").read_text().splitlines()
    return [(a.split('"')[1], b.split('"')[1]) for a, b in zip(lines, lines[1:]) if a.startswith("name") and b.startswith("version")]


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")


def call(words):
    subprocess.run([str(word) for word in words], check=True, cwd=ROOT)


if __name__ == "__main__":
    main()
