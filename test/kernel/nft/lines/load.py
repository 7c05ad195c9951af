"""What nft makes of many texts, each loaded by itself into a namespace of this process and listed again: by libnftables, a thousand in a second.
One JSON text per line of standard input; one answer per line: {listing} or {error, marked}, the words that nft may mark in the text; with an
argument, {listing, json}."""
import ctypes
import json
import multiprocessing
import re
import subprocess
import sys

lib = ctypes.CDLL('libnftables.so.1')
lib.nft_ctx_new.argtypes, lib.nft_ctx_new.restype = [ctypes.c_uint32], ctypes.c_void_p
lib.nft_ctx_output_set_flags.argtypes = [ctypes.c_void_p, ctypes.c_uint]
lib.nft_run_cmd_from_buffer.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
for name in ('get_output_buffer', 'get_error_buffer'):
    getattr(lib, 'nft_ctx_' + name).argtypes, getattr(lib, 'nft_ctx_' + name).restype = [ctypes.c_void_p], ctypes.c_char_p
for name in ('nft_ctx_buffer_output', 'nft_ctx_buffer_error', 'nft_ctx_free'):
    getattr(lib, name).argtypes = [ctypes.c_void_p]


def new_context():
    made = lib.nft_ctx_new(0)
    lib.nft_ctx_buffer_output(made)
    lib.nft_ctx_buffer_error(made)
    return made


context = new_context()


def run(text):
    global context
    # what is defined stays defined in a context
    if 'define' in text:
        lib.nft_ctx_free(context)
        context = new_context()
    failed = lib.nft_run_cmd_from_buffer(context, text.encode())
    return failed, lib.nft_ctx_get_output_buffer(context).decode(errors='replace'), lib.nft_ctx_get_error_buffer(context).decode(errors='replace')


# nftables include/nftables/libnftables.h NFT_CTX_OUTPUT_JSON
JSON = 1 << 4


def listed():
    found = {'listing': run('list ruleset')[1]}
    if len(sys.argv) > 1:
        lib.nft_ctx_output_set_flags(context, JSON)
        found['json'] = run('list ruleset')[1]
        lib.nft_ctx_output_set_flags(context, 0)
    return found


def refused(text, error):
    """Of a buffer nft shows the first line, and marks the words by their places in the line that it means, which it does not name."""
    said = error.split('\n')
    marks = said[2] if len(said) > 2 else ''
    lines = [line for line in text.split('\n') if not re.match(r'(table|chain|type) |}$', line)]
    marked = [line[marks.find('^'):marks.rfind('^') + 1] for line in lines] if '^' in marks else []
    return {'error': said[0], 'marked': [words.removeprefix('. ') for words in marked if words]}


def answer(texts, done):
    for line in texts[done.value:]:
        run('flush ruleset')
        failed, _, error = run(json.loads(line))
        print(json.dumps(refused(json.loads(line), error) if failed else listed()), flush=True)
        done.value += 1


# the interfaces that rules name
subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
subprocess.run(['ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'net1'], check=True)
texts = sys.stdin.readlines()
done = multiprocessing.Value('i', 0)
while done.value < len(texts):
    # a text that crashes nft ends a process
    worker = multiprocessing.Process(target=answer, args=(texts, done))
    worker.start()
    worker.join()
    if done.value < len(texts):
        print(json.dumps({'error': 'nft crashed', 'marked': []}), flush=True)
        done.value += 1
