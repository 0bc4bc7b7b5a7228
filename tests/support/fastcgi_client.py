"""Owns the FastCGI client of the tests: talks to wamp-fcgi's socket like a web server (FastCGI 1.0, section 3)."""
import asyncio
import fcntl
import struct
import termios

BEGIN_REQUEST, ABORT_REQUEST, END_REQUEST, PARAMS, STDIN, STDOUT = 1, 2, 3, 4, 5, 6
RESPONDER, KEEP_CONNECTION = 1, 1


def record(kind, content=b"", request_id=1):
    return struct.pack("!BBHHBB", 1, kind, request_id, len(content), 0, 0) + content


def begin(keep=False, request_id=1):
    return record(BEGIN_REQUEST, struct.pack("!HB5x", RESPONDER, KEEP_CONNECTION if keep else 0), request_id)


def params(variables, request_id=1):
    content = b""
    for name, value in variables.items():
        name, value = name.encode(), value.encode()
        content += struct.pack("!II", len(name) | 1 << 31, len(value) | 1 << 31) + name + value
    return stream(PARAMS, content, request_id) + record(PARAMS, b"", request_id)


def stdin(body, request_id=1, end=True):
    return stream(STDIN, body, request_id) + (record(STDIN, b"", request_id) if end else b"")


def stream(kind, content, request_id):
    """As many records as are needed, without the empty one that ends the stream."""
    return b"".join(record(kind, content[i:i + 65000], request_id) for i in range(0, len(content), 65000))


def variables(path_info="", method="POST", length=None, **more):
    """The CGI variables of a JSON request; a value of None removes one."""
    values = {"REQUEST_METHOD": method, "SCRIPT_NAME": "/wamp", "PATH_INFO": path_info, "QUERY_STRING": "",
              "CONTENT_TYPE": "application/json", "REMOTE_ADDR": "127.0.0.1", "SERVER_PROTOCOL": "HTTP/1.1",
              "GATEWAY_INTERFACE": "CGI/1.1", "HTTP_HOST": "localhost",
              "CONTENT_LENGTH": None if length is None else str(length), **more}
    return {name: value for name, value in values.items() if value is not None}


async def connect(address):
    if isinstance(address, int):
        return await asyncio.open_connection("127.0.0.1", address)
    return await asyncio.open_unix_connection(str(address))


async def read_answer(reader):
    """The status, headers and body of the next answer on a connection."""
    output = bytearray()
    while True:
        _, kind, _, length, padding, _ = struct.unpack("!BBHHBB", await reader.readexactly(8))
        content = (await reader.readexactly(length + padding))[:length]
        if kind == STDOUT:
            output += content
        elif kind == END_REQUEST:
            break
    head, _, body = bytes(output).partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
    return int(headers.get("Status", "200").split()[0]), headers, body


def read_exactly(connection, count):
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            raise EOFError(data)
        data += piece
    return data


def read_records(connection):
    """The type, request id and content of each record of the next answer on a blocking socket, up to END_REQUEST."""
    records = []
    while not records or records[-1][0] != END_REQUEST:
        _, kind, request_id, length, padding, _ = struct.unpack("!BBHHBB", read_exactly(connection, 8))
        records.append((kind, request_id, read_exactly(connection, length + padding)[:length]))
    return records


def unread_bytes(connection):
    """The number of bytes sent on a Unix socket that the other side has not read yet."""
    return struct.unpack("i", fcntl.ioctl(connection, termios.TIOCOUTQ, b"0000"))[0]


async def exchange(address, data):
    """Sends bytes on a new connection and returns the first answer."""
    reader, writer = await connect(address)
    try:
        writer.write(data)
        return await read_answer(reader)
    finally:
        writer.close()


def request(address, data, seconds=30):
    return asyncio.run(asyncio.wait_for(exchange(address, data), seconds))
