"""Owns a load: threads that make calls over kept HTTP connections until told to end, and count failures."""
import http.client
import json
import threading


class Load:
    """Calls com.example.add2 at /wamp of a web server. A context manager; `failures` and `count` are its results."""

    def __init__(self, port, threads=8, path="/wamp"):
        self.port, self.path = port, path
        self.over = threading.Event()
        self.lock = threading.Lock()
        self.count, self.failures = 0, []
        self.threads = [threading.Thread(target=self.run, args=(index,)) for index in range(threads)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def run(self, index):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        turn = 0
        while not self.over.is_set():
            turn += 1
            failure = self.call(connection, index, turn)
            with self.lock:
                self.count += 1
                if failure:
                    self.failures.append(failure)
        connection.close()

    def call(self, connection, index, turn):
        """What went wrong, or None."""
        body = json.dumps({"procedure": "com.example.add2", "args": [index, turn]})
        try:
            connection.request("POST", self.path, body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException) as failure:
            connection.close()
            return repr(failure)
        if response.will_close:
            connection.close()
        if response.status != 200 or json.loads(answer) != {"args": [index + turn]}:
            return f"{response.status} {answer[:200]}"
        return None
