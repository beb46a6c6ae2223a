#!/usr/bin/env python3
"""What a query over joined records must answer on a generated set, as JSON on stdout.

truth.json counts physical lines; Logpane's entries are records (a traceback is one entry). The records come
from detect_ref.py; the sessions' physical lines from truth.json.   python3 expect.py DIR [FILE…]
"""
import collections, json, os, re, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import detect_ref

TIMEOUT_FAIL = re.compile("timeout|fail")
HAN = re.compile("[\u4e00-\u9fff]")


def records(path, tz=0):
    """(text, ts) of every record of a file, bars aside."""
    data = open(path, "rb").read()
    if path.endswith(".jsonl"):
        return [(line, None) for line in data.decode().split("\n")[:-1]]
    return [(r[3], r[0]) for r in detect_ref.detect(data, tz)[0]]


def per_commit(path, sessions):
    """Records of the file by the commit of the run that wrote them; physical lines say where a run starts."""
    lines = open(path, "rb").read().split(b"\n")
    found, at = collections.Counter(), 0
    for s in sessions:
        part = lines[at:at + s["cosyvoice_lines"]]
        at += s["cosyvoice_lines"]
        found[s["commit"]] += len(detect_ref.detect(b"\n".join(part) + b"\n")[0])
    return found


if __name__ == "__main__":
    d = sys.argv[1]
    files = {}
    for n in sys.argv[2:]:
        path = os.path.join(d, n)
        if not os.path.exists(path):
            continue
        rs = records(path)
        files[n] = {
            "records": len(rs),
            "error": sum("error" in t for t, _ in rs),
            "timeout_or_fail": sum(bool(TIMEOUT_FAIL.search(t)) for t, _ in rs),
            "han": sum(bool(HAN.search(t)) for t, _ in rs),
            "oom": sum("CUDA out of memory" in t for t, _ in rs),
            "tracebacks": sum("Traceback (most recent call last)" in t for t, _ in rs),
        }
    answer = {"files": files}
    truth = os.path.join(d, "truth.json")
    if os.path.exists(truth):       # not written when the live generator was stopped early
        sessions = json.load(open(truth, encoding="utf-8"))["sessions"]
        answer["cosyvoice_per_commit"] = per_commit(os.path.join(d, "cosyvoice.log"), sessions)
    json.dump(answer, sys.stdout, indent=1)
