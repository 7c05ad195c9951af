"""Runs a command and prints its wall seconds and peak memory (MB) as JSON; output is thrown away."""
import json
import resource
import subprocess
import sys
import time

stdin = open(sys.argv[1]) if sys.argv[1] != '-' else subprocess.DEVNULL
start = time.perf_counter()
code = subprocess.run(sys.argv[2:], stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
wall = time.perf_counter() - start
print(json.dumps({'wall': wall, 'peakMb': resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000, 'code': code}))
