"""Serves the files of a folder by Azurite until a line comes on standard input.

Arguments: folder, container, prefix. Prints endpoint, account, key, a shared access signature, and one that has
expired; nothing without Azurite.
"""

import base64
import hashlib
import hmac
import pathlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from email.utils import formatdate

ACCOUNT = "devstoreaccount1"
# The documented key of every Azurite.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def signed(text):
    digest = hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def put(url, path, query, headers, body):
    headers = dict(headers, **{"x-ms-date": formatdate(usegmt=True), "x-ms-version": "2021-12-02"})
    canonical = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    parameters = "".join(f"\n{name}:{query[name]}" for name in sorted(query))
    length = str(len(body)) if body else ""
    text = f"PUT\n\n\n{length}\n\napplication/octet-stream\n\n\n\n\n\n\n{canonical}/{ACCOUNT}{path}{parameters}"
    target = url + path + ("?" + urllib.parse.urlencode(query) if query else "")
    request = urllib.request.Request(target, data=body, method="PUT", headers=headers)
    request.add_header("Content-Type", "application/octet-stream")
    request.add_header("Authorization", f"SharedKey {ACCOUNT}:{signed(text)}")
    urllib.request.urlopen(request).read()


def signature(expiry):
    fields = [ACCOUNT, "rwdlac", "b", "sco", "", expiry, "", "https,http", "2021-12-02", ""]
    query = {
        "sv": "2021-12-02", "ss": "b", "srt": "sco", "sp": "rwdlac", "se": expiry, "spr": "https,http",
        "sig": signed("\n".join(fields) + "\n"),
    }
    return urllib.parse.urlencode(query)


def main():
    folder, container, prefix = sys.argv[1:]
    local = pathlib.Path.home() / ".cache/mammodex/azurite/node_modules/.bin/azurite-blob"
    program = shutil.which("azurite-blob") or (str(local) if local.exists() else None)
    if program is None:
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [program, "--inMemoryPersistence", "--blobPort", str(port), "--skipApiVersionCheck"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        put(url, f"/{ACCOUNT}/{container}", {"restype": "container"}, {}, b"")
        for path in sorted(pathlib.Path(folder).rglob("*")):
            if path.is_file():
                key = urllib.parse.quote(prefix + path.relative_to(folder).as_posix(), safe="/~")
                blob = {"x-ms-blob-type": "BlockBlob"}
                put(url, f"/{ACCOUNT}/{container}/{key}", {}, blob, path.read_bytes())
        whole, expired = signature("2999-01-01T00:00:00Z"), signature("2020-01-01T00:00:00Z")
        print(f"{url}/{ACCOUNT}", ACCOUNT, KEY, whole, expired, flush=True)
        sys.stdin.readline()
    finally:
        server.terminate()


main()
