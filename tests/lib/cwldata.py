# SPDX-License-Identifier: MIT
"""Random texts, and random filter patterns made from them. The same seed gives the same ones."""

import random

NAMES = ("version account_id interface_id srcaddr dstaddr srcport dstport protocol packets bytes start end action "
         "log-status").split()
WORDS = ["-", "OK", "NODATA", "ACCEPT", "REJECT", "2", "0", "00", "6", "17", "22", "080", "80", "443", "4000", "4e3", "+4",
         "-4", "-0", "4.0", "4.5", ".5", "5.", "1e", "0x16", "1e-2", "9223372036854775807", "9223372036854775808",
         "-9223372036854775808", "-9223372036854775809", "9007199254740993", "9007199254740993.0", "18446744073709551616",
         "1e300", "1.0000000000000000000000001", "10.0.2.5", "10.0.12.5", "2001:db8::1", "eni-1235b8ca123456789", "vpc-a*b", "a=b",
         "50%", "ERROR", "ERRORCODE", "WARN", "größe", "日本", "é", "\udcff", "a\tb", "(x)", "back\\slash", "]", "[", '"', '"x', 'x"',
         '""', '"two words"', "[10/Oct/2000:13:25:15 -0700]", '"GET /index.html HTTP/1.0"', "[]", "a,b", "a]b", "a\nb"]


class Maker:
    def __init__(self, seed):
        self.rng = random.Random(seed)

    def chance(self, p):
        return self.rng.random() < p

    # ---- texts

    def record(self):
        rng = self.rng
        if self.chance(0.1):
            return f"2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - {rng.choice(['NODATA', 'SKIPDATA'])}"
        return " ".join(str(v) for v in [
            2, "123456789010", rng.choice(["eni-1235b8ca123456789", "eni-07e2"]), self.address(), self.address(),
            rng.choice([20641, 49152, 0, 443]), rng.choice([22, 80, 8080, 443, 3389]), rng.choice([6, 17, 1]),
            rng.randrange(50), rng.choice([0, 40, 400, 401, 4249, 10**12]), 1418530010 + rng.randrange(9),
            1418530070, rng.choice(["ACCEPT", "REJECT"]), "OK"])

    def address(self):
        return self.rng.choice(["10.0.0.1", "10.0.2.7", "10.0.12.7", "172.31.16.139", "203.0.113.9", "2001:db8::1", "127.0.0.1"])

    def text(self):
        rng = self.rng
        if self.chance(0.3):
            return self.record()
        words = [rng.choice(WORDS) for _ in range(rng.choice([0, 1, 1, 2, 2, 3, 3, 4, 6, 14, 15]))]
        text = "".join(word + rng.choice([" "] * 20 + ["  ", "\t", "\n", ""]) for word in words)
        return rng.choice(["", "", " "]) + text.rstrip(" ") + rng.choice([""] * 8 + [" ", "\n", "\r\n", "\r"])

    # ---- regexes

    def atom(self, c):
        """A piece of a regular expression that mostly matches the character c."""
        rng = self.rng
        if ord(c) > 126 or c < " ":
            return rng.choice([".", "\\W", "[^a]"] + [f"\\x{b:02x}" for b in c.encode("utf-8", "surrogateescape")[:1]])
        if self.chance(0.55):
            return c if c.isalnum() or c in ":_#=@/;,- " else f"\\x{ord(c):02x}" if self.chance(0.3) or c == "%" else "\\" + c
        if self.chance(0.3):
            return "."
        if self.chance(0.4):
            return rng.choice(["\\d", "\\w", "\\S", "[0-9]", "[a-zA-Z]", "[^ ]", "[\\w.:-]", "[.]", "[\\d,\\]]"])
        return rng.choice(["\\D", "\\W", "\\s", "[^0-9]", "x", "[a-fx]", "\\x30", "[-a]", "[^\\s\\d]", "[A-]", "[\\x00-\\x7f]", "[,\\]]"])

    def regex(self, source):
        rng = self.rng
        alternatives = []
        for _ in range(rng.choice([1, 1, 1, 2, 3])):
            begin = rng.randrange(len(source)) if source else 0
            part = source[begin:begin + rng.choice([1, 2, 3, 5, 8])] or "x"
            out = "".join(self.atom(c) + self.repeat() for c in part)
            out = rng.choice(["", "", "", "^", "^", "a*^", "^^", "a*", "b?$"]) + out + rng.choice(["", "", "", "$", "$", "$$", "$a*", ".*"])
            alternatives.append(out)
        return "|".join(alternatives)

    def repeat(self):
        if self.chance(0.7):
            return ""
        return self.rng.choice(["?", "*", "+", "{1}", "{0}", "{0,}", "{1,}", "{1,3}", "{0,2}", "{2}", "{2,70}"])

    # ---- patterns

    def wild(self, word):
        rng = self.rng
        for _ in range(rng.choice([1, 1, 2])):
            i, j = sorted([rng.randrange(len(word) + 1), rng.randrange(len(word) + 1)])
            word = word[:i] + "*" + word[j:]
        return word

    def quote(self, word):
        return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'

    def value(self, word, op):
        rng = self.rng
        kind = rng.random()
        if op not in ("=", "!=", "=="):
            word = word if kind < 0.5 else rng.choice(WORDS[5:36])
            return self.quote(word) if self.chance(0.2) else word
        if kind < 0.15:
            return f"%{self.regex(word)}%"
        if kind < 0.35:
            word = self.wild(word)
        elif kind < 0.45:
            word = rng.choice(WORDS)
        bare = word and not set(word) & set(' \t\r\n,]"%=<>!&|[()')
        return word if bare and self.chance(0.7) else self.quote(word)

    def slot(self, name, word):
        """A slot with conditions that the word mostly meets."""
        rng = self.rng
        kind = rng.random()
        if kind < 0.1:
            return ""
        if kind < 0.5:
            return name
        out = ""
        for i in range(rng.choice([1, 1, 1, 2, 2, 3, 4])):
            if i:
                out += self.space() + rng.choice(["&&", "||"]) + self.space()
            op = rng.choice(["=", "=", "=", "==", "!=", "<", "<=", ">", ">="])
            out += name + self.space() + op + self.space() + self.value(word, op)
        return out

    def space(self):
        return self.rng.choice(["", " ", " ", "  "])

    def slots(self, text):
        rng = self.rng
        words = text.split()
        names = NAMES if len(words) == 14 else [f"w{i}" for i in range(len(words))]
        slots = [self.slot(name, word) for name, word in zip(names, words)]
        if self.chance(0.3):
            i, j = sorted([rng.randrange(len(slots) + 1), rng.randrange(len(slots) + 1)])
            slots[i:j] = ["..."]
        elif self.chance(0.4):
            del slots[rng.randrange(len(slots) + 1):]
        if self.chance(0.1):
            slots.append("")
        return self.space() + "[" + ",".join(self.space() + s + self.space() for s in slots) + "]"

    def terms(self, text):
        rng = self.rng
        signs = rng.choice([["", "-"], ["", "-", "?"], ["?"], ["-"], ["?", "-"], [""]])
        out = []
        for _ in range(rng.choice([0, 1, 1, 2, 2, 3, 4])):
            begin = rng.randrange(len(text)) if text else 0
            part = text[begin:begin + rng.choice([1, 3, 5, 9])] if self.chance(0.7) else rng.choice(WORDS)
            if self.chance(0.2):
                term = f"%{self.regex(part)}%"
            elif part and not set(part) & set(' \t\r\n"%*=<>!&|()') and part[0] not in "-?" and self.chance(0.8):
                term = part
            else:
                term = self.quote(part)
            out.append(rng.choice(signs) + term)
        return "".join(self.space() + t + " " for t in out).strip(" ") or rng.choice(["", " ", '""', '" "', ' "" '])

    def broken(self, pattern):
        """The pattern with one character removed, added or replaced."""
        rng = self.rng
        i = rng.randrange(len(pattern) + 1)
        new = rng.choice(["", rng.choice('[]{}"%=!<>&|,.*?+-()\\^$ ax0é:#@'), rng.choice(pattern or "x")])
        return pattern[:i] + new + pattern[i + rng.choice([0, 1, 1, 3]):]

    def pattern(self, text):
        pattern = self.slots(text) if self.chance(0.65) else self.terms(text)
        for _ in range(self.rng.choice([0, 0, 0, 0, 1, 1, 2])):
            pattern = self.broken(pattern)
        return pattern
