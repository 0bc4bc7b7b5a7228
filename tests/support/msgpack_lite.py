"""A small MessagePack encoder and decoder for the tests, so that they need only Python itself."""
import struct


class Raw(bytes):
    """Bytes that are already packed."""


def pack(value):
    if isinstance(value, Raw):
        return bytes(value)
    if value is None:
        return b"\xc0"
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        return _pack_int(value)
    if isinstance(value, float):
        return b"\xcb" + struct.pack(">d", value)
    if isinstance(value, str):
        data = value.encode("utf-8", "surrogatepass")
        return _head(len(data), 0xA0, 32, (0xD9, 0xDA, 0xDB)) + data
    if isinstance(value, (bytes, bytearray)):
        return _head(len(value), 0, 0, (0xC4, 0xC5, 0xC6)) + bytes(value)
    if isinstance(value, (list, tuple)):
        return _head(len(value), 0x90, 16, (None, 0xDC, 0xDD)) + b"".join(map(pack, value))
    if isinstance(value, dict):
        items = b"".join(pack(key) + pack(item) for key, item in value.items())
        return _head(len(value), 0x80, 16, (None, 0xDE, 0xDF)) + items
    raise TypeError(f"cannot pack {type(value).__name__}")


def _pack_int(value):
    if 0 <= value < 128:
        return bytes([value])
    if -32 <= value < 0:
        return struct.pack(">b", value)
    codes = "BHIQ" if value >= 0 else "bhiq"
    first = 0xCC if value >= 0 else 0xD0
    for step, code in enumerate(codes):
        try:
            return bytes([first + step]) + struct.pack(">" + code, value)
        except struct.error:
            pass
    raise OverflowError(f"{value} does not fit 64 bits")


def _head(size, short, short_limit, marks):
    if size < short_limit:
        return bytes([short | size])
    for mark, code, limit in zip(marks, "BHI", (1 << 8, 1 << 16, 1 << 32)):
        if mark is not None and size < limit:
            return bytes([mark]) + struct.pack(">" + code, size)
    raise OverflowError("too long for MessagePack")


def unpack(data):
    """The single value in these bytes; ValueError for anything else."""
    value, end = _read(data, 0)
    if end != len(data):
        raise ValueError("bytes after the value")
    return value


_FIXED = {0xCA: "f", 0xCB: "d", 0xCC: "B", 0xCD: "H", 0xCE: "I", 0xCF: "Q", 0xD0: "b", 0xD1: "h", 0xD2: "i", 0xD3: "q"}
_SIZED = {0xC4: "B", 0xC5: "H", 0xC6: "I", 0xD9: "B", 0xDA: "H", 0xDB: "I", 0xDC: "H", 0xDD: "I", 0xDE: "H", 0xDF: "I"}


def _number(data, at, code):
    size = struct.calcsize(">" + code)
    if at + size > len(data):
        raise ValueError("cut short")
    return struct.unpack_from(">" + code, data, at)[0], at + size


def _read(data, at):
    mark, at = _number(data, at, "B")
    if mark < 0x80 or mark >= 0xE0:
        return (mark if mark < 0x80 else mark - 256), at
    if mark in (0xC0, 0xC2, 0xC3):
        return {0xC0: None, 0xC2: False, 0xC3: True}[mark], at
    if mark in _FIXED:
        return _number(data, at, _FIXED[mark])
    if mark < 0x90:
        return _read_map(data, at, mark & 0x0F)
    if mark < 0xA0:
        return _read_list(data, at, mark & 0x0F)
    if mark < 0xC0:
        return _read_bytes(data, at, mark & 0x1F, text=True)
    if mark not in _SIZED:
        raise ValueError(f"type {mark:#x} is not for these tests")
    size, at = _number(data, at, _SIZED[mark])
    if mark >= 0xDE:
        return _read_map(data, at, size)
    if mark >= 0xDC:
        return _read_list(data, at, size)
    return _read_bytes(data, at, size, text=mark >= 0xD9)


def _read_bytes(data, at, size, text):
    if at + size > len(data):
        raise ValueError("cut short")
    found = bytes(data[at:at + size])
    return (found.decode("utf-8", "surrogateescape") if text else found), at + size


def _read_list(data, at, size):
    found = []
    for _ in range(size):
        value, at = _read(data, at)
        found.append(value)
    return found, at


def _read_map(data, at, size):
    found = {}
    for _ in range(size):
        key, at = _read(data, at)
        found[key], at = _read(data, at)
    return found, at
