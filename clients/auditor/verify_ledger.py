#!/usr/bin/env python3
"""Check evidence from the ledger of a CRM suite. One file, Python 3.9 or later, nothing else; it knows no suite.

    python3 verify_ledger.py BUNDLE.zip --checkpoint KEPT [--key KEY]

KEPT is a checkpoint that you stored earlier, where nobody who runs the suite could change it. KEY is the public key
that you were given then (`name+id+key`, or a file with it); without it the bundle's own key is shown, to compare.

What is checked: the checkpoints are signed with the key; each event is a leaf of the newest one's tree (RFC 6962); your
checkpoint is an earlier state of the same tree, so that nothing before it was changed, taken out, put in or moved;
nothing in the bundle is other than its signed manifest says. Exit code 0: all is so. 1: something is not; the lines
that begin with FAIL say what. 2: a wrong call.
A restore from a backup gives up what came later. A signed statement says so; a line with RESTORED tells you: ask why.
"""

import argparse
import base64
import hashlib
import io
import json
import re
import struct
import sys
import zipfile


class Bad(Exception):
    """Something is not as it must be."""


class Foreign(Bad):
    """Another key signed it, or none."""


# --- Ed25519 (RFC 8032 §5.1.7), verification only ----------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)  # a square root of -1
BY = 4 * pow(5, P - 2, P) % P


def recover_x(y, sign):
    if y >= P:
        raise Bad("a point is not canonical")
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        raise Bad("it is no point of the curve")
    return P - x if x & 1 != sign else x


def add(one, two):
    x1, y1, z1, t1 = one
    x2, y2, z2, t2 = two
    a, b = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar, point):
    found = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            found = add(found, point)
        point, scalar = add(point, point), scalar >> 1
    return found


def point_of(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = recover_x(y, sign)
    return x, y, 1, x * y % P


BASE = (recover_x(BY, 0), BY, 1, recover_x(BY, 0) * BY % P)


def is_signed(public, message, signature):
    """Whether an Ed25519 signature is valid."""
    s = int.from_bytes(signature[32:], "little")
    if len(public) != 32 or len(signature) != 64 or s >= L:
        return False
    try:
        key, point = point_of(public), point_of(signature[:32])
    except Bad:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    left, right = times(s, BASE), add(point, times(challenge, key))
    return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)


# --- Signed notes (C2SP signed-note, tlog-checkpoint) ----------


def decoded(text):
    """Base64 in its one canonical form. Raises ValueError, Bad."""
    found = base64.b64decode(text, validate=True)
    if base64.b64encode(found).decode() != text:
        raise Bad("it is no canonical base64")
    return found


def key_of(text):
    """(name, id, public key) of `name+id+key`."""
    parts = text.strip().split("+", 2)
    if len(parts) != 3:
        raise Bad("a key is written name+id+key")
    name, id, encoded = parts
    kind = decoded(encoded)
    if len(kind) != 33 or kind[0] != 1:
        raise Bad("it is no Ed25519 key")
    found = hashlib.sha256(name.encode() + b"\n" + kind).digest()[:4]
    if found.hex() != id:
        raise Bad("the key is not the one that its id names")
    return name, found, kind[1:]


def opened(note, key):
    """The text of a note that the key signed."""
    name, id, public = key
    text, gap, lines = note.rpartition("\n\n")
    if not gap or not lines.endswith("\n"):
        raise Bad("it is no signed note")
    for line in lines[:-1].split("\n"):
        dash, _, rest = line.partition(" ")
        signer, _, encoded = rest.rpartition(" ")
        if dash == "—" and signer == name:
            signed = decoded(encoded)
            if signed[:4] == id:
                if is_signed(public, (text + "\n").encode(), signed[4:]):
                    return text + "\n"
                raise Bad("its signature is not valid")
    raise Foreign("the key did not sign it")


DIGEST = r"([A-Za-z0-9+/]{43}=)\n"  # 32 bytes
SIZE, NUMBER = r"(0|[1-9]\d{0,17})\n", r"([1-9]\d{0,8})\n"
CHECKPOINT = re.compile(r"(\S+)\n" + SIZE + DIGEST + f"(?:timeline {NUMBER})?", re.A)
STATEMENT = re.compile(r"crm-timeline/1 (\S+)\n" + f"timeline {NUMBER}from {NUMBER}size {SIZE}" + DIGEST, re.A)


def checkpoint_of(note, key):
    """(timeline, size, root) of a signed checkpoint. Only timelines but the first are named."""
    found = CHECKPOINT.fullmatch(opened(note, key))
    if not found or found[1] != key[0] or found[4] == "1":
        raise Bad("it is no checkpoint of this ledger")
    return int(found[4] or 1), int(found[2]), decoded(found[3])


def statement_of(note, key):
    """(timeline, the one before it, size, root): a timeline begins with the first `size` events of an earlier one."""
    found = STATEMENT.fullmatch(opened(note, key))
    if not found or found[1] != key[0] or int(found[3]) >= int(found[2]):
        raise Bad("it is no statement on a timeline of this ledger")
    return int(found[2]), int(found[3]), int(found[4]), decoded(found[5])


# --- The tree (RFC 6962 §2.1, RFC 9162 §2.1.3, §2.1.4) ----------


def sha(data):
    return hashlib.sha256(data).digest()


def node(left, right):
    return sha(b"\1" + left + right)


def leaf_of(event):
    """The leaf of an event: docs/adr/0036 of the suite, format 1."""

    def text(value):
        return struct.pack(">I", len(value.encode())) + value.encode()

    entry = b"\1" + text(event["tenant"]) + text(event["stream"]) + struct.pack(">Q", event["version"])
    entry += text(event["event_id"]) + text(event["type"]) + struct.pack(">I", event["schema_version"])
    entry += struct.pack(">qq", event["occurred_at"], event["recorded_at"])
    return sha(b"\0" + entry + sha(bytes_of(event, "data")) + sha(bytes_of(event, "metadata")))


def bytes_of(event, name):
    """Stored bytes stand as text where they are text, else as base64."""
    return event[name].encode() if name in event else decoded(event[name + "_base64"])


def is_included(index, size, leaf, proof, root):
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for one in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node(one, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = node(found, one)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(old, new, old_root, new_root, proof):
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    older = newer = path[0]
    for one in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            older, newer = node(one, older), node(one, newer)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            newer = node(newer, one)
        at, last = at >> 1, last >> 1
    return last == 0 and older == old_root and newer == new_root


class Growing:
    """The root over leaves that come one after the other: the full subtrees to the left, largest first."""

    def __init__(self):
        self.size, self.stack = 0, []

    def add(self, leaf):
        self.stack.append(leaf)
        size = self.size
        while size & 1:
            right, left = self.stack.pop(), self.stack.pop()
            self.stack.append(node(left, right))
            size >>= 1
        self.size += 1

    def root(self):
        if not self.stack:
            return sha(b"")
        found = self.stack[-1]
        for left in reversed(self.stack[:-1]):
            found = node(left, found)
        return found


# --- The bundle ----------

MOST = 1 << 24  # bytes of an event, and of any other file, which is read whole
FILES = set("checkpoint.txt checkpoints.txt consistency.json events.jsonl key.txt README.txt timelines.json".split())
SIGNED = {"manifest.json", "manifest.note"}
NUMBERS = "leaf position version schema_version occurred_at recorded_at".split()
EVENT = {*NUMBERS, "tenant", "stream", "event_id", "type"}


def hashes(texts):
    found = [bytes.fromhex(one) for one in texts]
    if any(len(one) != 32 for one in found):
        raise Bad("a hash has another length")
    return found


def number(text):
    if not re.fullmatch(r"-?\d{1,19}", text, re.A):
        raise Bad("a number is too large, or not whole")
    return int(text)


def once(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Bad("an object has one name twice: readers may see different things in it")
    return found


def json_of(content):
    try:
        return json.loads(content, object_pairs_hook=once, parse_int=number, parse_float=number, parse_constant=number)
    except RecursionError:
        raise Bad("a file is nested too deeply") from None


class Bundle:
    """A zip file. Its manifest, which is signed, has the SHA-256 of every other file in it."""

    def __init__(self, path):
        self.zip = zipfile.ZipFile(path)
        files = self.zip.infolist()
        self.names = {one.filename for one in files}
        if len(files) != len(self.names):
            raise Bad("a file is in the bundle twice")
        if not self.names <= FILES | SIGNED:
            raise Bad("the bundle has other files than evidence has")
        if any(one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for one in files):
            raise Bad("the bundle is packed in a way that evidence is not")

    def open(self, name):
        if name not in self.names:
            raise Bad(name + " is missing")
        return io.BufferedReader(self.zip.open(name), 1 << 20)

    def read(self, name):
        with self.open(name) as file:
            found = file.read(MOST + 1)
        if len(found) > MOST:
            raise Bad(name + " is too large")
        return found

    def events(self, digest):
        """Each event's line, however many there are; they have this SHA-256."""
        found = hashlib.sha256()
        with self.open("events.jsonl") as file:
            for line in iter(lambda: file.readline(MOST), b""):
                if not line.endswith(b"\n"):
                    raise Bad("an event is too long, or the last one has no end")
                found.update(line)
                yield json_of(line)
        if found.hexdigest() != digest:
            raise Bad("events.jsonl is not the one that was signed")

    def manifest(self, key):
        text = opened(self.read("manifest.note").decode(), key)
        title, _, digest = text.rstrip("\n").partition("\n")
        content = self.read("manifest.json")
        if title != "crm-evidence/1 " + key[0] or hashlib.sha256(content).hexdigest() != digest:
            raise Bad("manifest.json is not the one that was signed")
        manifest = json_of(content)
        if self.names != set(manifest["files"]) | SIGNED:
            raise Bad("the bundle has other files than its manifest")
        for name in self.names - SIGNED - {"events.jsonl"}:
            if hashlib.sha256(self.read(name)).hexdigest() != manifest["files"][name]:
                raise Bad(name + " is not the one that was signed")
        return manifest


def check_form(event, whole):
    """It has the fields that the ledger proves, and position, which is no part of a leaf. Others could tell lies."""
    stored = {name if name in event else name + "_base64" for name in ("data", "metadata")}
    if set(event) != EVENT | stored | (set() if whole else {"proof"}):
        raise Bad("an event has other fields than events have")
    if any(type(event[name]) is not int for name in NUMBERS):  # True would be 1
        raise Bad("a number is none")


def check_events(bundle, manifest, size, root, kept):
    """Every event is where it is said to be. Returns whether the kept checkpoint was compared on the way."""
    growing, last, position, count, compared, whole = Growing(), -1, 0, 0, False, manifest["whole"]
    for event in bundle.events(manifest["files"]["events.jsonl"]):
        check_form(event, whole)
        leaf = leaf_of(event)
        if event["leaf"] <= last or event["position"] <= position or (whole and event["leaf"] != count):
            raise Bad(f"leaf {event['leaf']} does not come after leaf {last}")
        if whole:
            growing.add(leaf)
            if kept and growing.size == kept[0]:
                compared = True
                if growing.root() != kept[1]:
                    raise Bad(f"the first {kept[0]} events are not those of the checkpoint that you keep")
        elif not is_included(event["leaf"], size, leaf, hashes(event["proof"]), root):
            raise Bad(f"event {event['event_id']} is not leaf {event['leaf']} of the ledger")
        last, position, count = event["leaf"], event["position"], count + 1
    if count != manifest["events"]:
        raise Bad(f"there are {count} events, the manifest says {manifest['events']}")
    if whole and (growing.size, growing.root()) != (size, root):
        raise Bad("the events are not those of the newest checkpoint")
    return compared


def begins_with(at, earlier, size, root, proofs):
    """Whether the first leaves of the tree, this many, are those of an earlier root."""
    proof = hashes(proofs.get(str(at), []))
    return is_consistent(at, size, earlier, root, proof) if at else earlier == sha(b"")


def check_earlier(bundle, key, proofs, size, root, tell):
    """The checkpoints before the newest one lead to it."""
    foreign, parts = 0, bundle.read("checkpoints.txt").decode().split("\n\n")
    for text, lines in [parts[at : at + 2] for at in range(0, len(parts), 2)] if parts != [""] else []:
        try:
            _, at, earlier = checkpoint_of(text + "\n\n" + lines.rstrip("\n") + "\n", key)
        except Foreign:
            foreign += 1
            continue
        if not begins_with(at, earlier, size, root, proofs):
            raise Bad(f"the ledger does not begin with that of its checkpoint of {at} events")
    if foreign:
        tell(f"PASSED OVER: another key, or none, signed {foreign} of its earlier checkpoints.")


def shares_in(bundle, key, manifest, proofs, now, size, root, tell):
    """timeline → (how many of its events are here, whether a signed statement gave the others up), the newest first."""
    stated, found, unsigned, gave_up = {}, {}, dict(manifest.get("unsigned", [])), False  # gave nothing up
    for note in json_of(bundle.read("timelines.json")) if "timelines.json" in bundle.names else []:
        try:
            timeline, before, at, forked = statement_of(note, key)
        except Foreign:
            tell("PASSED OVER: another key signed a statement on a timeline. It proves nothing with this key.")
            continue
        if not begins_with(at, forked, size, root, proofs):
            raise Bad(f"timeline {timeline} does not begin as its statement says")
        stated[timeline] = before, at
    while now not in found:
        found[now] = size, gave_up
        before, at = stated.get(now, (unsigned.get(now, now), size))
        size, gave_up, now = min(size, at), gave_up or now in stated, before
    return found


def shown(text):
    """Print a line. What a bundle says of itself must not write another line, nor colour or clear the screen."""
    print("".join(one if " " <= one <= "~" else "?" for one in text[:1000]))


def verify(path, kept_note, key_text, tell=shown):
    """Check a bundle. Raises Bad."""
    bundle = Bundle(path)
    own = bundle.read("key.txt").decode().strip()
    if not key_text:
        tell("The bundle is signed with " + own + ": compare it with the key that you were given.")
    key = key_of(key_text or own)
    manifest = bundle.manifest(key)
    current, size, root = checkpoint_of(bundle.read("checkpoint.txt").decode(), key)
    proofs = json_of(bundle.read("consistency.json"))
    shares = shares_in(bundle, key, manifest, proofs, current, size, root, tell)
    timeline, *kept = checkpoint_of(kept_note, key) if kept_note else (current,)
    if kept and not kept[0]:
        raise Bad("your checkpoint covers no events: keep a later one")
    if timeline not in shares:
        raise Bad(f"no signed statement says how this ledger came from timeline {timeline}: it was taken back")
    most, gave_up = shares[timeline]
    if kept and kept[0] > most:
        if not gave_up:
            raise Bad(f"your checkpoint covers {kept[0]} events, this ledger has {size}: it was cut off")
        tell(f"RESTORED: timeline {timeline} was given up behind event {most}, for timeline {current}: ask why.")
        kept = []
    check_earlier(bundle, key, proofs, size, root, tell)
    compared = check_events(bundle, manifest, size, root, kept)
    if kept and not compared:
        proof = [] if kept[0] == size else proofs.get(str(kept[0]))
        if proof is None:
            raise Bad(f"there is no proof from your checkpoint of {kept[0]} events: ask for the bundle with --since")
        if not is_consistent(kept[0], size, kept[1], root, hashes(proof)):
            raise Bad("the ledger does not begin with the one of your checkpoint: it was rewritten")
    tell(f"{manifest['events']} events are in the ledger of {size} events, root {root.hex()}.")
    tell("It begins with the checkpoint that you keep." if kept else "No checkpoint of yours was compared.")


def text_of(value):
    """A file's text, or the text itself."""
    if "+" in value and "\n" not in value and value.count("+") >= 2:
        return value
    with open(value, encoding="utf-8") as file:
        return file.read()


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Check evidence from the ledger of a CRM suite.")
    parser.add_argument("bundle")
    parser.add_argument("--checkpoint", metavar="FILE", help="a checkpoint that you stored earlier")
    parser.add_argument("--key", metavar="KEY", help="the key that you were given: name+id+key, or a file with it")
    asked = parser.parse_args(arguments)
    try:
        kept = text_of(asked.checkpoint) if asked.checkpoint else ""
        verify(asked.bundle, kept, text_of(asked.key).strip() if asked.key else "")
    except Exception as error:  # whatever a forged bundle makes of it
        shown(f"FAIL: {error if isinstance(error, (Bad, OSError)) else f'it is not written as evidence is: {error!r}'}")
        return 2 if isinstance(error, OSError) else 1
    print("OK")
    return 0


if __name__ == "__main__":
    sys.exit(main())
