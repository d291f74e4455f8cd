# SPDX-License-Identifier: GPL-2.0-only
"""A document of headings, paragraphs, tables and pictures, written as Markdown and as HTML.

Text is a string, a Link, or a list of these. Strings are plain: each writer escapes them.
"""
import html
import re
from typing import NamedTuple


class Link(NamedTuple):
    text: str
    href: str


STYLE = """
body { font: 15px/1.5 "DejaVu Sans", system-ui, sans-serif; color: #222; margin: 0 auto;
       max-width: 1120px; padding: 0 16px 48px; }
h1 { font-size: 1.5em; } h2 { font-size: 1.25em; margin-top: 2em; border-bottom: 1px solid #ccc; }
h3 { font-size: 1.05em; margin-top: 1.6em; }
table { border-collapse: collapse; font-size: 13px; margin: .6em 0; display: block;
        overflow-x: auto; }
th, td { border-bottom: 1px solid #ddd; padding: 3px 9px; text-align: left; vertical-align: top; }
th { background: #f3f3f3; } td.number { text-align: right; white-space: nowrap; }
.warning { position: sticky; top: 0; background: #fff0ec; border-left: 5px solid #b20; padding:
           .6em 1em; margin: 0 0 1em; }
figure { margin: 1em 0; } figure svg { max-width: 100%; height: auto; }
figcaption, .source { color: #666; font-size: 12px; } a { color: #4477aa; }
"""


class Document:
    def __init__(self, title):
        self.title = title
        self.blocks = []

    def heading(self, level, text):
        self.blocks.append(("heading", level, text))

    def paragraph(self, text):
        self.blocks.append(("paragraph", text))

    def warning(self, text):
        """Something that must be read first."""
        self.blocks.append(("warning", text))

    def items(self, items):
        if items:
            self.blocks.append(("items", items))

    def table(self, head, rows):
        """Rows of texts; a column whose head starts with '>' holds numbers."""
        if rows:
            self.blocks.append(("table", head, rows))

    def picture(self, name, caption, sources):
        """plots/NAME.svg and .png; sources: the files its dots came from."""
        self.blocks.append(("picture", name, caption, sources))


def _parts(text):
    return text if isinstance(text, list) else [text]


def _markdown_text(text):
    out = []
    for part in _parts(text):
        if isinstance(part, Link):
            out.append(f"[{part.text}]({part.href.replace(' ', '%20')})")
        else:
            out.append(re.sub(r"([\\|<>*`\[\]])", r"\\\1", part))
    return "".join(out)


def _markdown_table(head, rows):
    line = "| " + " | ".join(_markdown_text(h.lstrip(">")) for h in head) + " |"
    rule = "| " + " | ".join("---:" if h.startswith(">") else "---" for h in head) + " |"
    body = ["| " + " | ".join(_markdown_text(cell) for cell in row) + " |" for row in rows]
    return "\n".join([line, rule, *body])


def markdown(document):
    out = [f"# {_markdown_text(document.title)}"]
    for kind, *block in document.blocks:
        if kind == "heading":
            out.append("#" * block[0] + " " + _markdown_text(block[1]))
        elif kind == "paragraph":
            out.append(_markdown_text(block[0]))
        elif kind == "warning":
            out.append("> **" + _markdown_text(block[0]) + "**")
        elif kind == "items":
            out.append("\n".join("- " + _markdown_text(item) for item in block[0]))
        elif kind == "table":
            out.append(_markdown_table(*block))
        else:
            name, caption, sources = block
            out.append(f"![{_markdown_text(caption)}](plots/{name}.svg)")
            out.append(_markdown_text(["Drawn from ", *sources]))
    return "\n\n".join(out) + "\n"


def _html_text(text):
    out = []
    for part in _parts(text):
        if isinstance(part, Link):
            out.append(f'<a href="{html.escape(part.href)}">{html.escape(part.text)}</a>')
        else:
            out.append(html.escape(part))
    return "".join(out)


def _html_table(head, rows):
    number = [' class="number"' if h.startswith(">") else "" for h in head]
    out = ["<table><tr>"]
    out += [f"<th>{_html_text(h.lstrip('>'))}</th>" for h in head]
    for row in rows:
        out.append("</tr>\n<tr>")
        out += [f"<td{n}>{_html_text(cell)}</td>" for n, cell in zip(number, row)]
    return "".join(out) + "</tr></table>"


def _inline_svg(path, name):
    """The picture itself; its identifiers get its name, for a page holds several pictures."""
    with open(path, encoding="utf-8") as file:
        svg = file.read()
    svg = svg[svg.index("<svg"):]
    prefix = re.sub(r"\W", "_", name) + "_"
    svg = re.sub(r"""(\bid=["'])""", r"\g<1>" + prefix, svg)
    svg = re.sub(r"""(href=["']#|url\(#)""", r"\g<1>" + prefix, svg)
    return svg


def page(document, folder):
    """The document as one HTML page with nothing outside it; pictures from folder/plots."""
    out = ["<!DOCTYPE html>", '<html lang="en"><head><meta charset="utf-8">',
           '<meta name="viewport" content="width=device-width">',
           f"<title>{html.escape(document.title)}</title>", f"<style>{STYLE}</style></head><body>",
           f"<h1>{html.escape(document.title)}</h1>"]
    for kind, *block in document.blocks:
        if kind == "heading":
            out.append(f"<h{block[0]}>{_html_text(block[1])}</h{block[0]}>")
        elif kind == "paragraph":
            out.append(f"<p>{_html_text(block[0])}</p>")
        elif kind == "warning":
            out.append(f'<p class="warning"><b>{_html_text(block[0])}</b></p>')
        elif kind == "items":
            out.append("<ul>" + "".join(f"<li>{_html_text(i)}</li>" for i in block[0]) + "</ul>")
        elif kind == "table":
            out.append(_html_table(*block))
        else:
            name, caption, sources = block
            out.append(f"<figure>{_inline_svg(f'{folder}/plots/{name}.svg', name)}"
                       f"<figcaption>{_html_text(caption)}. Drawn from {_html_text(sources)}"
                       "</figcaption></figure>")
    return "\n".join(out) + "\n</body></html>\n"
