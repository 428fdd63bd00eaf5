# SPDX-License-Identifier: MIT
"""A second implementation of CloudWatch's filter patterns, slow and simple, with which cwl_match()
is compared.

    Pattern('[ip, ..., status_code = 4* || status_code = 503, bytes]').matches(text)

A pattern that cannot be parsed raises ValueError. The grammar is the regular expressions below,
for Python's re.
"""

import decimal
import re

S = r"[ \t\r\n]*"
NAME = r"[A-Za-z0-9_-]+"
QUOTED = r'"(?:\\["\\]|\\(?!["\\])|[^"\\])*"'
REGEX = r"%[^%]*%"
BARE = r'[^ \t\r\n,\]"%=<>!&|\[()]+'
VALUE = f"(?:{QUOTED}|{REGEX}|{BARE})"
OP = r"(?:==|=|!=|<=|>=|<|>)"
CONDITION = f"{NAME}{S}{OP}{S}{VALUE}"
SLOT = rf"{S}(?:\.\.\.|{CONDITION}(?:{S}(?:&&|\|\|){S}{CONDITION})*|{NAME}|){S}"
SLOTS = re.compile(rf"{S}\[({SLOT}(?:,{SLOT})*)\]{S}")
ONE_SLOT = re.compile(f"({SLOT})(?:,|$)")
ONE_CONDITION = re.compile(rf"({NAME}){S}({OP}){S}({VALUE}){S}(&&|\|\||$){S}")
TERM = re.compile(rf'([-?]?)(?:({QUOTED})|({REGEX})|((?![-?])[^ \t\r\n"%*=<>!&|()]+))(?:[ \t\r\n]+|$)')
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
TOKEN = re.compile(r'"(?P<q>.*?)"(?=[ \t\r\n]|\Z)|\[(?P<b>.*?)\](?=[ \t\r\n]|\Z)|(?P<t>[^ \t\r\n]+)', re.DOTALL)


# --- %regex% -------------------------------------------------------------------------------------

# A byte or a class, outside and inside of [].
OTHER = r"\x00\x80-\U0010ffff"      # characters that an expression may not contain
ESCAPE = rf"\\[dDsSwW]|\\x[0-9A-Fa-f]{{2}}|\\[^A-Za-z0-9{OTHER}]"
IN_SET = rf"[^\[\]\\{OTHER}]"
ATOM = re.compile(rf"{ESCAPE}|\[\^?(?:{ESCAPE}|{IN_SET})+\]|[^$?\[\]{{}}|\\*+()^{OTHER}]")
REPEAT = re.compile(r"[?*+]|\{([0-9]+)(,?)([0-9]*)\}")
ELEMENT = re.compile(rf"({ESCAPE}|{IN_SET})(?:-({ESCAPE}|{IN_SET}))?")


def one_byte(text):
    """An element of a set or a literal, as Python's re writes it."""
    if text[0] != "\\":
        return f"\\x{ord(text):02x}"
    if text[1] in "dDsSwWx":
        return text
    return f"\\x{ord(text[1]):02x}"


def byte_set(text):
    inverted, inner = ("^", text[2:-1]) if text[1] == "^" else ("", text[1:-1])
    if not inner:
        raise ValueError("empty set")
    out = ""
    while inner:
        found = ELEMENT.match(inner)
        low, high = found[1], found[2]
        out += one_byte(low)
        if high:
            if re.match(r"\\[dDsSwW]", low) or re.match(r"\\[dDsSwW]", high):
                raise ValueError("range of a class")
            out += "-" + one_byte(high)
        inner = inner[found.end():]
    return f"[{inverted}{out}]"


def regex(text):
    if not text:
        raise ValueError("empty regex")
    out = []
    for alternative in split_alternatives(text):
        if not alternative:
            raise ValueError("empty alternative")
        done = ""
        while alternative:
            if alternative[0] in "^$":
                done += {"^": r"\A", "$": r"\Z"}[alternative[0]]
                alternative = alternative[1:]
                continue
            atom = ATOM.match(alternative)
            if not atom:
                raise ValueError(f"regex at {alternative}")
            alternative = alternative[atom.end():]
            one = atom[0]
            done += "." if one == "." else byte_set(one) if one[0] == "[" else one_byte(one)
            repeat = REPEAT.match(alternative)
            if repeat:
                if repeat[1] and (int(repeat[1]) > 1000 or int(repeat[3] or 0) > 1000 or repeat[3] and not repeat[2] or
                                  repeat[3] and int(repeat[1]) > int(repeat[3])):
                    raise ValueError("repetition")
                done += repeat[0]
                alternative = alternative[repeat.end():]
        out.append(done)
    try:
        return re.compile("|".join(out).encode("ascii"))
    except re.error as e:
        raise ValueError(str(e))


def split_alternatives(text):
    parts = [""]
    for piece in re.findall(r"\\.|\[\^?(?:\\.|[^\]\\])*\]|.", text, re.DOTALL):
        if piece == "|":
            parts.append("")
        else:
            parts[-1] += piece
    return parts


# --- conditions and slots ------------------------------------------------------------------------


def unquote(text):
    return re.sub(r'\\(["\\])', r"\1", text[1:-1])


def number(text):
    """The exact value of a number. Exponents above a billion count as a billion."""
    found = NUMBER.fullmatch(text)
    if found and found[2]:
        exponent = max(-10**9, min(10**9, int(found[2][1:])))
        text = f"{text[:found.start(2)]}e{exponent}"
    return decimal.Decimal(text) if found else None


class Condition:
    def __init__(self, op, value):
        self.op = "=" if op == "==" else op
        equality = self.op in ("=", "!=")
        self.number = self.regex = self.wildcard = None
        if value[0] == "%":
            if not equality:
                raise ValueError("order of regexes")
            self.regex = regex(value[1:-1])
            return
        quoted = value[0] == '"'
        text = unquote(value) if quoted else value
        if not (quoted and equality):
            self.number = number(text)
        if not equality and self.number is None:
            raise ValueError("order of texts")
        self.wildcard = re.compile(".*".join(map(re.escape, text.split("*"))), re.DOTALL)

    def passes(self, token):
        if self.regex:
            return bool(self.regex.search(token.encode("utf-8", "surrogateescape"))) == (self.op == "=")
        if self.number is None:
            return bool(self.wildcard.fullmatch(token)) == (self.op == "=")
        value = number(token)
        if value is None:
            return self.op == "!="
        return {"=": value == self.number, "!=": value != self.number, "<": value < self.number,
                "<=": value <= self.number, ">": value > self.number, ">=": value >= self.number}[self.op]


def slot(text):
    """A slot as a list of alternatives, each of which is a list of conditions. None stands for the
    ellipsis."""
    text = text.strip(" \t\r\n")
    if text == "...":
        return None
    if re.fullmatch(f"(?:{NAME})?", text):
        return [[]]
    out, names = [[]], set()
    while text:
        found = ONE_CONDITION.match(text)
        names.add(found[1])
        out[-1].append(Condition(found[2], found[3]))
        if found[4] == "||":
            out.append([])
        text = text[found.end():]
    if len(names) > 1:
        raise ValueError("another slot's name")
    return out


def tokens(text):
    return [next(g for g in (m["q"], m["b"], m["t"]) if g is not None) for m in TOKEN.finditer(text)]


def passes(alternatives, token):
    return any(all(c.passes(token) for c in conditions) for conditions in alternatives)


# --- patterns ------------------------------------------------------------------------------------


class Pattern:
    def __init__(self, text):
        if len(text) > 1024 or "\0" in text:
            raise ValueError("length, NUL")
        self.slots, self.terms = None, []
        start = text.strip(" \t\r\n")[:1]
        if start == "{":
            raise ValueError("JSON")
        if start == "[":
            self.read_slots(text)
        elif text.strip(" \t\r\n") not in ("", '""', '" "'):
            self.read_terms(text.strip(" \t\r\n"))

    def read_slots(self, text):
        whole = SLOTS.fullmatch(text)
        if not whole:
            raise ValueError("no pattern of slots")
        inner, at, self.slots = whole[1], 0, []
        while True:
            found = ONE_SLOT.match(inner, at)
            self.slots.append(slot(found[1]))
            at = found.end()
            if not found[0].endswith(","):
                break
        if self.slots.count(None) > 1:
            raise ValueError("two ellipses")
        if not inner.strip(" \t\r\n"):
            self.slots = [None]

    def read_terms(self, text):
        at = 0
        while at < len(text):
            found = TERM.match(text, at)
            if not found:
                raise ValueError("no term")
            sign, quoted, percent, word = found.groups()
            if quoted == '""' and sign:
                raise ValueError("empty term")
            wanted = regex(percent[1:-1]) if percent else re.compile(
                re.escape((unquote(quoted) if quoted else word).encode("utf-8", "surrogateescape")))
            self.terms.append((sign, wanted))
            at = found.end()
        signs = {sign for sign, _ in self.terms}
        if signs == {"?", "-"}:
            raise ValueError("? beside -")
        if "" in signs:
            self.terms = [t for t in self.terms if t[0] != "?"]

    def matches(self, text):
        text = re.sub(r"\r?\n\Z|\r\Z", "", text)
        if self.slots is None:
            return self.terms_match(text.encode("utf-8", "surrogateescape"))
        found = tokens(text)
        for lists in self.stretched(len(found)):
            if all(passes(alternatives, token) for alternatives, token in zip(lists, found)):
                return True
        return False

    def stretched(self, n):
        """The slots as lists as long as the text: without an ellipsis or a last slot that takes
        the rest, if they are."""
        slots = self.slots
        if None in slots:
            at = slots.index(None)
            missing = n - (len(slots) - 1)
            if missing >= 0:
                yield slots[:at] + [[[]]] * missing + slots[at + 1:]
        elif n == len(slots):
            yield slots
        elif n > len(slots) and slots[-1] == [[]]:
            yield slots + [[[]]] * (n - len(slots))

    def terms_match(self, data):
        either = [bool(wanted.search(data)) for sign, wanted in self.terms if sign == "?"]
        rest = [bool(wanted.search(data)) == (sign == "") for sign, wanted in self.terms if sign != "?"]
        return all(rest) and (not either or any(either))
