# SPDX-License-Identifier: GPL-2.0-only
"""One page that can be sent alone: the files it leads to become part of it, gzipped."""
import base64
import gzip
import io
import os
import re


def _embedded(path):
    """A file as a data: address."""
    with open(path, "rb") as file:
        data = file.read()
    if not path.endswith(".gz"):
        packed = io.BytesIO()
        with gzip.GzipFile("", "wb", 9, packed, mtime=0) as out:  # without a time: the same again
            out.write(data)
        data = packed.getvalue()
    return "data:application/gzip;base64," + base64.b64encode(data).decode()


def embed(folders, text):
    """A page whose links to files in these folders hold these files, each once."""
    seen = {}

    def link(match):
        before, name = match.groups()
        paths = [os.path.join(folder, name) for folder in folders]
        path = next(filter(os.path.isfile, paths), None)
        if name.startswith(("#", "data:")) or not path:
            return match.group(0)
        if name in seen:
            return f'<a{before} href="#{seen[name]}">'
        seen[name] = f"file-{len(seen)}"
        base = os.path.basename(name)
        packed = base if base.endswith(".gz") else base + ".gz"
        return f'<a{before} id="{seen[name]}" download="{packed}" href="{_embedded(path)}">'

    return re.sub(r'<a((?: [a-z]+="[^"]*")*) href="([^"]*)">', link, text)
