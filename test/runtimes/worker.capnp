# One Worker on a free port, which may ask itself over HTTP: `globalOutbound` lets it reach addresses of this machine.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "suite", worker = .suite),
    (name = "loopback", network = (allow = ["private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "suite")],
);

const suite :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "rails-5.2.json", text = embed "rails-5.2.json"),
    (name = "rails-6.1.json", text = embed "rails-6.1.json"),
    (name = "rails-7.0.json", text = embed "rails-7.0.json"),
    (name = "rails-7.1.json", text = embed "rails-7.1.json"),
    (name = "rails-8.0.json", text = embed "rails-8.0.json"),
    (name = "rails-8.1.json", text = embed "rails-8.1.json"),
  ],
  compatibilityDate = "2026-07-01",
  compatibilityFlags = ["nodejs_compat"],
  globalOutbound = "loopback",
);
