"""Runs a command and prints its wall and CPU seconds and peak memory (MB) as JSON; output is thrown away."""
import json
import resource
import subprocess
import sys
import time

stdin = open(sys.argv[1]) if sys.argv[1] != '-' else subprocess.DEVNULL
start = time.perf_counter()
code = subprocess.run(sys.argv[2:], stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
wall = time.perf_counter() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({'wall': wall, 'cpu': used.ru_utime + used.ru_stime, 'peakMb': used.ru_maxrss / 1000, 'code': code}))
