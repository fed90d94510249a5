"""set-version.py FILE NUMBER: the bytecode file, with another version of its one
versioned dialect, to standard output."""
import sys

with open(sys.argv[1], "rb") as file:
    content = file.read()
# A section of versions (id 7) of one byte; numbers are 2 * n + 1, up to 127.
VERSION = b"\x07\x03"
places = [i for i in range(len(content) - 2) if content[i:i + 2] == VERSION and content[i + 2] in (3, 5, 7)]
assert len(places) == 1, places
place = places[0] + 2
sys.stdout.buffer.write(content[:place] + bytes([2 * int(sys.argv[2]) + 1]) + content[place + 1:])
