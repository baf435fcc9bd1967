// What a captured page tries, as its own script: each attempt says what it came to, in results.
const results = {};
const tried = async (name, attempt) => {
  try { results[name] = await attempt(); } catch (error) { results[name] = "refused"; }
};
const text = url => fetch(url).then(answer => answer.text());
(async () => {
  await tried("api", () => text("APPLICATION" + "/api/pages"));
  await tried("api without reading", () => fetch("APPLICATION" + "/api/pages", {mode: "no-cors"}).then(() => "sent"));
  await tried("script of the api", () => new Promise((done, failed) => {
    const script = document.createElement("script");
    script.onload = () => done("loaded");
    script.onerror = failed;
    script.src = "APPLICATION" + "/api/openapi.json";
    document.body.append(script);
  }));
  await tried("frame of the application", () => new Promise(done => {
    const frame = document.createElement("iframe");
    const seen = () => {
      try { done(frame.contentDocument.body.innerText ? "read" : "refused"); } catch (error) { done("refused"); }
    };
    frame.onload = seen;
    setTimeout(seen, 2000);
    frame.src = "APPLICATION" + "/api/pages";
    document.body.append(frame);
  }));
  await tried("window", () => (window.open("APPLICATION" + "/api/pages") ? "opened" : "refused"));
  await tried("cookies", () => document.cookie || "none");
  await tried("service worker", () =>
    navigator.serviceWorker.register(location.pathname.replace(/https?:.*/, "") + "WORKER").then(() => "registered"));
  await tried("worker for all", () =>
    navigator.serviceWorker.register(location.pathname.replace(/https?:.*/, "") + "WORKER", {scope: "/"})
      .then(() => "registered"));
  await tried("tells by fetch", () => fetch("LIVE" + "/told-by-fetch", {mode: "no-cors"}).then(() => "told"));
  await tried("tells by beacon", () => (navigator.sendBeacon("LIVE" + "/told-by-beacon", "x"), "asked"));
  await tried("tells by socket", () => new Promise((done, failed) => {
    const socket = new WebSocket("LIVE".replace("http", "ws") + "/told-by-socket");
    socket.onopen = socket.onclose = () => done("asked");
    socket.onerror = failed;
  }));
  await tried("tells by image", () => new Promise((done, failed) => {
    const image = new Image();
    image.onload = () => done("told");
    image.onerror = failed;
    image.src = "LIVE" + "/told-by-image";
  }));
  await tried("tells by form", () => {
    const form = document.createElement("form");
    form.target = document.querySelector("iframe").name = "within";
    form.action = "LIVE" + "/told-by-form";
    form.method = "post";
    document.body.append(form);
    form.submit();
    return "asked";
  });
  await tried("leads the window away", () => {
    if (window.top === window) { return "alone"; }
    window.top.location = "LIVE" + "/led-away";
    return "asked";
  });
  document.documentElement.dataset.results = JSON.stringify(results);
})();
