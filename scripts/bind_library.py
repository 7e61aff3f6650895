#!/usr/bin/env python3
"""Resolves within a shared library what the library defines itself: scripts/bind_library.py IN OUT

DuckDB's library is linked so that any other could replace any of its functions. So the loader looks
up 37,000 names at every start, which takes longer than all else before main, and each call of one
function by another goes through a table. None of them is ever replaced: the program defines nothing of
DuckDB's, and the library stands before every other in the order of search. What the loader would find
each time is written down here once, as a linker does with -Bsymbolic. Names that come from other
libraries are left to the loader, as are those that must be one in the whole process
(STB_GNU_UNIQUE) or are chosen at the start (IFUNC).

ELF of x86-64 alone; the layouts are those of the System V ABI and its AMD64 supplement.
"""

import struct
import sys

LOAD, DYNAMIC = 1, 2  # kinds of segments
# Tags of the dynamic section.
SYMTAB, RELA, RELASZ, RELACOUNT, JMPREL, PLTRELSZ, END = 6, 7, 8, 0x6FFFFFF9, 23, 2, 0
R_64, R_GLOB_DAT, R_JUMP_SLOT, R_RELATIVE = 1, 6, 7, 8
UNIQUE = 10
PLAIN = (0, 1, 2)  # no type, object, function

HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
SEGMENT = struct.Struct("<IIQQQQQQ")
TAG = struct.Struct("<QQ")
SYMBOL = struct.Struct("<IBBHQQ")
RELOCATION = struct.Struct("<QQq")


class Library:
    """The bytes of a library and where in them things are."""

    def __init__(self, image):
        self.image = image
        ident, _, machine, _, _, start, _, _, _, _, count, _, _, _ = HEADER.unpack_from(image)
        if ident[:6] != b"\x7fELF\x02\x01" or machine != 62:
            raise SystemExit("bind_library: this is no ELF library for x86-64")
        self.segments = [SEGMENT.unpack_from(image, start + SEGMENT.size * at) for at in range(count)]
        self.tags = {}  # tag: where it stands, its value
        at = next(segment[2] for segment in self.segments if segment[0] == DYNAMIC)
        while (tag := TAG.unpack_from(image, at))[0] != END:
            self.tags[tag[0]] = (at, tag[1])
            at += TAG.size
        self.symbols = self.place(self.tags[SYMTAB][1])

    def place(self, address):
        """Where in the file an address is."""
        for kind, _, offset, start, _, size, _, _ in self.segments:
            if kind == LOAD and start <= address < start + size:
                return offset + address - start
        raise SystemExit("bind_library: an address lies outside of the file")

    def relocations(self, table, size):
        """Place and content of every entry of a table."""
        start = self.place(self.tags[table][1])
        for at in range(start, start + self.tags[size][1], RELOCATION.size):
            yield at, RELOCATION.unpack_from(self.image, at)

    def own(self, info):
        """The address of what an entry names, when the library defines it and nothing else may."""
        _, what, _, section, value, _ = SYMBOL.unpack_from(self.image, self.symbols + SYMBOL.size * (info >> 32))
        return value if 0 < section < 0xFF00 and what & 15 in PLAIN and what >> 4 != UNIQUE else None


def bind_data(library):
    """Addresses in tables of functions and the like: no name any more."""
    relative, others = [], []
    entries = list(library.relocations(RELA, RELASZ))
    for _, (where, info, addend) in entries:
        kind = info & 0xFFFFFFFF
        address = library.own(info) if kind in (R_64, R_GLOB_DAT) else None
        if address is not None:
            relative.append((where, R_RELATIVE, address + (addend if kind == R_64 else 0)))
        else:
            (relative if kind == R_RELATIVE else others).append((where, info, addend))
    # Those without a name come first and are counted, which the loader has a quick way for.
    for (at, _), entry in zip(entries, sorted(relative) + others):
        RELOCATION.pack_into(library.image, at, *entry)
    TAG.pack_into(library.image, library.tags[RELACOUNT][0], RELACOUNT, len(relative))


def bind_calls(library):
    """`jmp *slot` before a call's target becomes `jmp target`."""
    for _, (slot, info, _) in library.relocations(JMPREL, PLTRELSZ):
        target = library.own(info) if info & 0xFFFFFFFF == R_JUMP_SLOT else None
        if target is None:
            continue
        # Until a slot is filled it leads to what follows the jump.
        after = int.from_bytes(library.image[(at := library.place(slot)) : at + 8], "little")
        jump = library.place(after - 6)
        if library.image[jump : jump + 6] == b"\xff\x25" + struct.pack("<i", slot - after):
            library.image[jump : jump + 6] = b"\xe9" + struct.pack("<i", target - (after - 1)) + b"\x90"


def main():
    source, target = sys.argv[1:]
    with open(source, "rb") as file:
        image = bytearray(file.read())
    library = Library(image)
    bind_data(library)
    bind_calls(library)
    with open(target, "wb") as file:
        file.write(image)


if __name__ == "__main__":
    main()
