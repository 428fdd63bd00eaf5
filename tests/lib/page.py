# SPDX-License-Identifier: MIT
"""The page that sql/report.sql prints, taken apart: its elements, its texts, and the SQL in it.

    page = Page(html)
    page.problems       what is not valid: elements that are not closed or nested wrongly, an id that
                        is there twice, a link to none, and whatever would be loaded from elsewhere
    page.text("first")  the text of the element with that class or id
    page.sql            {section: the SQL that is shown in it}
"""

import html.parser

VOID = {"meta", "link", "br", "img", "input", "hr"}
KNOWN = {"html", "head", "meta", "title", "style", "body", "header", "section", "h1", "h2", "h3", "p", "dl", "dt", "dd", "ul", "ol",
         "li", "table", "tr", "th", "td", "div", "span", "small", "b", "a", "br", "svg", "g", "rect", "path", "text", "details",
         "summary", "pre", "footer"}


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.problems, self.stack, self.ids, self.links, self.sql, self.texts = [], [], set(), set(), {}, {}
        self.feed(text)
        self.close()
        self.problems += [f"not closed: {tag}" for tag, _ in self.stack] + [f"no target: {link}" for link in self.links - self.ids]

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag not in KNOWN:
            self.problems.append(f"unexpected: {tag} in line {self.getpos()[0]}")
        for name, value in attrs:
            if name.startswith("on") or name in ("src", "srcset") or name == "href" and not value.startswith("#"):
                self.problems.append(f"{name}={value}")
        if "id" in values and values["id"] in self.ids:
            self.problems.append(f"twice: {values['id']}")
        self.ids |= {values["id"]} if "id" in values else set()
        self.links |= {values["href"][1:]} if "href" in values else set()
        if tag not in VOID:
            self.stack.append((tag, [values.get("id", ""), *(values.get("class") or "").split()]))

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if not self.stack or self.stack[-1][0] != tag:
            self.problems.append(f"</{tag}> in line {self.getpos()[0]} closes {self.stack[-1:]}")
        else:
            self.stack.pop()

    def handle_data(self, data):
        for _, names in self.stack:
            for name in names:
                self.texts[name] = self.texts.get(name, "") + data
        if self.stack and self.stack[-1][0] == "pre":
            section = [names[0] for tag, names in self.stack if tag == "section"][-1]
            self.sql[section] = self.sql.get(section, "") + data

    def text(self, name):
        return " ".join(self.texts[name].split())
