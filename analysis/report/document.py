# SPDX-License-Identifier: GPL-2.0-only
"""A document of headings, texts, tables and pictures, written as Markdown and as HTML.

Text is a string, a Link, a Soft, a Strong, a Code, or a list of these. Strings are plain: each writer
escapes them. A link to '#...' leads within the page, and is left out of the Markdown.
"""
import html
import os
import re
from typing import NamedTuple

HERE = os.path.dirname(os.path.abspath(__file__))


class Link(NamedTuple):
    text: str
    href: str


class Soft(NamedTuple):
    """In grey: a ratio within the noise; a note."""
    text: str


class Strong(NamedTuple):
    """What a reader takes away."""
    text: str


class Code(NamedTuple):
    text: str


class Anchor(NamedTuple):
    """Where links within the page lead."""
    name: str


class Picture(NamedTuple):
    """plots/NAME.svg; the caption is its text for who can't see it, too."""
    name: str
    title: str
    caption: str


class Document:
    def __init__(self, title):
        self.title = title
        self.blocks = []

    def add(self, kind, *block):
        """heading LEVEL TEXT, paragraph TEXT, under TEXT, answer TEXT, problems ITEMS BAD,
        items ITEMS, pictures LIST, table HEAD ROWS, first HEAD ROWS, details TITLE, end."""
        if block and block[-1] in ([], ""):
            return
        self.blocks.append((kind,) + block)

    def details(self, title, content):
        """A closed part of the page; content(document) fills it, and an empty one is left out."""
        before = len(self.blocks)
        self.add("details", title)
        content(self)
        if len(self.blocks) == before + 1:
            del self.blocks[before]
        else:
            self.add("end")


def _parts(text):
    return text if isinstance(text, list) else [text]


def _markdown_text(text):
    out = []
    for part in _parts(text):
        if isinstance(part, Link):
            if not part.href.startswith("#"):
                out.append(f"[{part.text}]({part.href.replace(' ', '%20')})")
        elif isinstance(part, Code):
            out.append(f"`{part.text}`")
        elif not isinstance(part, Anchor):
            plain = part if isinstance(part, str) else part.text
            plain = re.sub(r"([\\|<>*`\[\]])", r"\\\1", plain)
            out.append(f"**{plain}**" if isinstance(part, Strong) else plain)
    return "".join(out).rstrip()


def _markdown_table(head, rows):
    line = "| " + " | ".join(_markdown_text(h.lstrip(">")) for h in head) + " |"
    rule = "| " + " | ".join("---:" if h.startswith(">") else "---" for h in head) + " |"
    body = ["| " + " | ".join(_markdown_text(cell) for cell in row) + " |" for row in rows]
    return "\n".join([line, rule, *body])


def markdown(document):
    out = [f"# {_markdown_text(document.title)}"]
    for kind, *block in document.blocks:
        if kind == "heading":
            out.append("#" * (block[0] + 1) + " " + _markdown_text(block[1]))
        elif kind in ("paragraph", "under"):
            out.append(_markdown_text(block[0]))
        elif kind == "answer":
            out.append("> " + _markdown_text(block[0]))
        elif kind in ("items", "problems"):
            out.append("\n".join("- " + _markdown_text(item) for item in block[-1]))
        elif kind in ("table", "first"):
            out.append(_markdown_table(*block))
        elif kind == "details":
            out.append("## " + _markdown_text(block[0]))
        elif kind == "pictures":
            out += [f"![{_markdown_text(one.title + ': ' + one.caption)}](plots/{one.name}.svg)"
                    for one in block[0]]
    return "\n\n".join(out) + "\n"


def _html_text(text):
    out = []
    for part in _parts(text):
        if isinstance(part, Link):
            mark = ' class="from" title="where this comes from"' if part.href[:1] == "#" else ""
            out.append(f'<a{mark} href="{html.escape(part.href)}">{html.escape(part.text)}</a>')
        elif isinstance(part, Soft):
            out.append(f'<span class="soft">{html.escape(part.text)}</span>')
        elif isinstance(part, Strong):
            out.append(f"<b>{html.escape(part.text)}</b>")
        elif isinstance(part, Code):
            out.append(f"<code>{html.escape(part.text)}</code>")
        elif isinstance(part, Anchor):
            out.append(f'<span id="{html.escape(part.name)}"></span>')
        else:
            out.append(html.escape(part))
    return "".join(out)


def _html_table(head, rows, kind=""):
    number = [' class="number"' if h.startswith(">") else "" for h in head]
    out = [f'<div class="wide {kind}"><table><thead><tr>']
    out += [f"<th{n}>{_html_text(h.lstrip('>'))}</th>" for n, h in zip(number, head)]
    out.append("</tr></thead><tbody>")
    for row in rows:
        out.append("\n<tr>")
        out += [f"<td{n}>{_html_text(cell)}</td>" for n, cell in zip(number, row)]
        out.append("</tr>")
    return "".join(out) + "</tbody></table></div>"


def _inline_svg(path, picture):
    """The picture in the page: its text in the page's colours, its identifiers its own."""
    with open(path, encoding="utf-8") as file:
        svg = file.read()
    svg = svg[svg.index("<svg"):]
    svg = re.sub(r"<title>.*?</title>|<desc>.*?</desc>|<!--.*?-->", "", svg, flags=re.S)
    svg = re.sub(r"<rect x=\"0\" y=\"0\"[^>]*fill=\"#ffffff\"/>", "", svg)
    svg = re.sub(r"rgb\( ?51, *51, *51\)|black", "currentColor", svg)
    svg = re.sub(r"rgb\(221, *221, *221\)", "var(--line)", svg)
    used = set(re.findall(r"href='#(\w+)'", svg))
    svg = re.sub(r"<(path|circle) (?:\w+='[^']*' )*id='(gpPt\d+|gpDot)'[^>]*/>",
                 lambda m: m.group(0) if m.group(2) in used else "", svg)
    svg = re.sub(r"\n\s*(?=\n)", "", svg)
    prefix = re.sub(r"\W", "_", picture.name) + "_"
    svg = re.sub(r"""(\bid=["'])""", r"\g<1>" + prefix, svg)
    svg = re.sub(r"""(href=["']#|url\(#)""", r"\g<1>" + prefix, svg)
    words = html.escape(f"{picture.title}: {picture.caption}")
    # alone in its row it does not grow beyond what its letters were drawn for
    most = int(float(re.search(r'viewBox="0 0 ([0-9.]+) ', svg).group(1)) * 1.4)
    return svg.replace("<svg", f'<svg role="img" aria-label="{words}" '
                               f'style="max-width:{most}px"', 1)


def _html_pictures(pictures, folder):
    out = ['<div class="pictures">' if len(pictures) > 1 else "<div>"]
    for one in pictures:
        data = f'<a class="from" title="its data" href="plots/data/{one.name}.gp">\u2071</a>'
        out.append(f"<figure><figcaption>{html.escape(one.title)} {data}"
                   f"<p>{html.escape(one.caption)}"
                   f"</p></figcaption>{_inline_svg(f'{folder}/plots/{one.name}.svg', one)}"
                   "</figure>")
    return "".join(out) + "</div>"


def _html_items(items, mark=""):
    return f"<ul{mark}>" + "".join(f"<li>{_html_text(item)}</li>" for item in items) + "</ul>"


def _html_block(kind, block, folder):
    if kind == "heading":
        return f"<h{block[0]}>{_html_text(block[1])}</h{block[0]}>"
    if kind == "paragraph":
        return f"<p>{_html_text(block[0])}</p>"
    if kind == "under":
        return f'<p class="under">{_html_text(block[0])}</p>'
    if kind == "answer":
        return f'<div class="answer"><p>{_html_text(block[0])}</p></div>'
    if kind == "problems":
        return _html_items(block[1], f' class="problems{" failed" if block[0] else ""}"')
    if kind == "items":
        return _html_items(block[0])
    if kind in ("table", "first"):
        return _html_table(*block, kind="first" if kind == "first" else "")
    if kind == "pictures":
        return _html_pictures(block[0], folder)
    if kind == "details":
        return f"<details><summary>{_html_text(block[0])}</summary>"
    return "</details>"


def page(document, folder):
    """The document as one HTML page with nothing outside it; pictures from folder/plots."""
    with open(os.path.join(HERE, "page.css"), encoding="utf-8") as file:
        style = re.sub(r"/\*.*?\*/|\n\t*", "", file.read())
    out = ["<!DOCTYPE html>", '<html lang="en"><head><meta charset="utf-8">',
           '<meta name="viewport" content="width=device-width, initial-scale=1">',
           f"<title>{html.escape(document.title)}</title>", f"<style>{style}</style></head><body>",
           f"<h1>{html.escape(document.title)}</h1>"]
    out += [_html_block(kind, block, folder) for kind, *block in document.blocks]
    return "\n".join(out) + "\n</body></html>\n"
