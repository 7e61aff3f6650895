"""Types at a pseudo-terminal and waits for what shall appear there.

Arguments: the lines, the columns, the program and its arguments. Standard input: one step per
line, as JSON: {"type": text}, {"wait": text}, or {"ready": true} to wait for an empty prompt; what is
typed before that may be lost. Standard output: all that appeared, then the program's exit code in a
line of its own.
"""
import fcntl, json, os, pty, select, struct, sys, termios, time

steps = [json.loads(line) for line in sys.stdin]
lines, columns, *command = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0:
    time.sleep(0.2)
    os.execv(command[0], command)
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", int(lines), int(columns), 0, 0))
appeared, seen = b"", 0


def look(seconds):
    """Takes what comes within the time; False when nothing more can come."""
    global appeared
    if select.select([terminal], [], [], seconds)[0]:
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            return False
        appeared += piece
        return piece != b""
    return True


for step in steps:
    if "type" in step:
        os.write(terminal, step["type"].encode())
    else:
        mark = step["wait"].encode() if "wait" in step else b"mammodex> \r\x1b[10C"
        end = time.time() + 60
        while (place := appeared.find(mark, seen)) < 0:
            if time.time() > end or not look(0.2) and appeared.find(mark, seen) < 0:
                sys.exit(f"no {mark!r} in {appeared[seen:]!r}; before it {appeared[:seen]!r}")
        seen = place + len(mark)
while look(5):
    pass
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(appeared + b"\n%d\n" % os.waitstatus_to_exitcode(status))
