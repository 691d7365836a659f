# Copyright (c) 2026 The Fairway Authors. Distributed under the Boost Software License, Version 1.0.
"""Processes that talk directly, over TCP or Unix sockets: who listens where stands in a file that all of them read."""
import subprocess

from child import Failure

# The channels that a service listens for; the others listen for none.
CHANNELS = {
    "order": ["orders", "orders.events"],
    "consumer": ["consumers"],
    "kitchen": ["kitchen"],
    "accounting": ["accounting"],
    "delivery": ["delivery", "couriers"],
    "customers": ["town-hall"],
}


class Certificates:
    """An authority of its own, and a certificate for each process."""

    def __init__(self, folder):
        self.folder = folder / "certificates"
        self.folder.mkdir()
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
                     "-subj", "/CN=FTGO", "-keyout", "ca.key", "-out", "ca.pem")

    def openssl(self, *arguments):
        done = subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, text=True)
        if done.returncode != 0:
            raise Failure(f"openssl {arguments[0]} failed:\n{done.stderr}")

    def options(self, name):
        """The part of a URL that says what the process proves itself with, and what others must."""
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                     "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        (self.folder / f"{name}.ext").write_text("subjectAltName=DNS:town.ftgo.test\n"
                                                 "extendedKeyUsage=serverAuth,clientAuth\n")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                     "-days", "1", "-extfile", f"{name}.ext", "-out", f"{name}.pem")
        at = self.folder
        return (f"&ca={at}/ca.pem&certificate={at}/{name}.pem&key={at}/{name}.key&client-certificates=true"
                "&server-name=town.ftgo.test")


class Direct:
    """How the processes reach each other; RabbitMQ's is rabbitmq.Broker."""

    can_restart = False

    def __init__(self, transport, folder):
        self.scheme, _, tls = transport.partition("-")
        self.folder = folder
        self.places = folder / "channels"
        self.certificates = Certificates(folder) if tls else None
        self.secrets = {}
        self.title = f"{'TCP' if self.scheme == 'tcp' else 'Unix sockets'}{' with mutual TLS' if tls else ''}"
        # A channel map names one channel at least; this one is nobody's.
        self.places.write_text(f"nothing-yet = {folder}/nobody\n")

    def open(self):
        """Nothing is between the processes."""

    def url(self, name):
        if self.certificates and name not in self.secrets:
            self.secrets[name] = self.certificates.options(name)
        listen = "127.0.0.1:0" if self.scheme == "tcp" else f"{self.folder}/{name}.socket"
        # A service that was killed is not waited for longer than a second: it never comes back as the one it was.
        return (f"{self.scheme}://?listen={listen}&channels={self.places}&channels-every=100ms&grace=1s&name={name}"
                + self.secrets.get(name, ""))

    def started(self, process):
        """A process was started."""

    def introduce(self, processes):
        """Waits until all have a place, and writes down who listens where; they look at that file again and again."""
        places = {}
        for process in processes:
            process.wait_for_place()
            for channel in CHANNELS.get(process.name.partition("-")[0], []):
                places.setdefault(channel, []).append(process.place)
        new = self.places.with_suffix(".new")
        new.write_text("".join(f"{channel} = {', '.join(at)}\n" for channel, at in places.items()))
        new.rename(self.places)

    def close(self):
        """Nothing is left running."""

    def leaves(self):
        """What is left behind that is not the user's own; nothing."""
        return ""
