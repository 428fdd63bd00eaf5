# SPDX-License-Identifier: MIT
"""A page in headless Chromium, over the pipe of its DevTools protocol: no port, no library.

    with Page(path, folder) as page:
        page.show(width=400, scheme="dark", media="screen")
        page.value("document.title")
        page.screenshot(folder / "page.png")
"""

import base64
import json
import os
import shutil
import subprocess

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Page:
    def __init__(self, path, folder):
        there, self.out = os.pipe()
        self.back, here = os.pipe()
        # Chromium reads from descriptor 3 and writes to 4.
        command = ["sh", "-c", f'exec "$@" 3<&{there} 4>&{here}', "sh", PROGRAM, "--headless", "--no-sandbox", "--disable-gpu",
                   "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions", "--disable-background-networking",
                   f"--user-data-dir={folder}/profile", "--remote-debugging-pipe", "about:blank"]
        self.process = subprocess.Popen(command, pass_fds=(there, here), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        os.close(there)
        os.close(here)
        self.number, self.rest, self.session, self.requests = 0, b"", None, []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable")
        self.call("Network.enable")
        self.call("Page.navigate", url=path.resolve().as_uri())
        while self.read().get("method") != "Page.loadEventFired":
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)
        os.close(self.out)
        os.close(self.back)

    def read(self):
        """The next message; requests of the page are remembered."""
        while b"\0" not in self.rest:
            data = os.read(self.back, 1 << 20)
            if not data:
                raise OSError("chromium has ended")
            self.rest += data
        line, _, self.rest = self.rest.partition(b"\0")
        message = json.loads(line)
        if message.get("method") == "Network.requestWillBeSent":
            self.requests.append(message["params"]["request"]["url"])
        return message

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.out, data):]
        while True:
            got = self.read()
            if got.get("id") == self.number:
                assert "error" not in got, got
                return got["result"]

    def show(self, width, scheme="light", media="screen"):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}])

    def value(self, expression):
        got = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in got, got
        return got["result"].get("value")

    def screenshot(self, path, top=0, height=None):
        """The page from `top` on: to its end, or so many pixels."""
        width, end = self.value("[innerWidth, document.documentElement.scrollHeight]")
        clip = {"x": 0, "y": top, "width": width, "height": min(height or end, end - top), "scale": 1}
        got = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        path.write_bytes(base64.b64decode(got["data"]))

    def pdf(self, path):
        path.write_bytes(base64.b64decode(self.call("Page.printToPDF", printBackground=True)["data"]))
