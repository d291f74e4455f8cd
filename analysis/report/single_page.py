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


def embed(run, text):
    """A page whose links to files of the run hold these files, each once."""
    seen = {}

    def link(match):
        name = match.group(1)
        path = os.path.join(run, name)
        if name.startswith(("#", "data:")) or not os.path.isfile(path):
            return match.group(0)
        if name in seen:
            return f'<a href="#{seen[name]}">'
        seen[name] = f"file-{len(seen)}"
        base = os.path.basename(name)
        name = base if base.endswith(".gz") else base + ".gz"
        return f'<a id="{seen[match.group(1)]}" download="{name}" href="{_embedded(path)}">'

    return re.sub(r'<a href="([^"]*)">', link, text)
