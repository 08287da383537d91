// The frame: the address, the key, and the view that both choose.
//
// The browser knows this script by a parameter, which works whether or not the page's address ends with a slash. What
// it imports has a path, so the slash is added first. Nothing may import this script: it would run twice.

const digest = new URL(import.meta.url).searchParams.get("file").split("/")[0];
history.replaceState(history.state, "", location.pathname.replace(/\/?$/, "/") + location.hash);
const part = (name) => import(new URL(`page/${digest}/${name}.js`, document.baseURI));

const main = document.getElementById("main");
const VIEWS = ["week", "waiting", "forms", "status"];
const RIGHTS = ["reader", "workflow", "operator"];
const IN_WORDS = { reader: "may look", workflow: "may decide", operator: "may do everything" };

/** After so many milliseconds whoever comes back to the page sees it anew. */
const STALE = 300_000;

let kit, role, learned, leave, place, shownAt;

/** What the address says: view, week, office, what is searched, and the state of forms. */
function address() {
    const said = new URLSearchParams(location.hash.slice(1));
    const [office, find, state] = ["office", "find", "state"].map((name) => said.get(name) ?? "");
    const view = VIEWS.includes(said.get("view")) ? said.get("view") : "week";
    return { view, week: kit.mondayOf(said.get("week")), office, find, state: state || "open" };
}

/** The address with some changes; what says nothing is left out. */
function link(changes = {}) {
    const { view, week, office, find, state } = { ...address(), ...changes };
    const said = new URLSearchParams({ view });
    const has = {
        week: ["week", "waiting"].includes(view) && week !== kit.mondayOf() && week,
        office: view !== "status" && office,
        find: view === "week" && !office && find,
        state: view === "forms" && state !== "open" && state,
    };
    Object.entries(has).forEach(([name, value]) => value && said.set(name, value));
    return `#${said}`;
}

/** Goes to the address with some changes; to where the reader is already, to look again. */
function go(changes) {
    const target = link(changes);
    if (target === location.hash) {
        show();
    } else {
        location.hash = target;
    }
}

/** Changes the address without another entry in the history, and without showing the view anew. */
function keep(changes) {
    history.replaceState(history.state, "", link(changes));
    nameViews();
}

function nameViews() {
    const { view } = address();
    for (const anchor of document.querySelectorAll("nav a")) {
        anchor.href = link({ view: anchor.dataset.view });
        anchor.ariaCurrent = anchor.dataset.view === view ? "page" : null;
    }
}

/** What a key with this role may do; without a role, everything may be tried. */
const may = (needed) => RIGHTS.indexOf(role ?? "operator") >= RIGHTS.indexOf(needed);

/** Asks what the key may do. That it is wrong stops everything; other troubles are those of the view. */
function learnRole() {
    learned ??= kit.get("status").then((status) => {
        role = status.role;
        const words = role ? [kit.h("strong", role), kit.h("span", ` ${IN_WORDS[role]}`)] : [];
        document.getElementById("role").replaceChildren(...words);
        document.getElementById("rekey").hidden = !kit.key.read();
    }).catch((problem) => {
        learned = undefined;
        if (problem.sort === "wrong-api-key") {
            throw problem;
        }
    });
    return learned;
}

/** Shows what the address says. What another address was still waiting for is given up. */
async function show() {
    leave?.abort();
    leave = new AbortController();
    shownAt = Date.now();
    const said = address();
    const { signal } = leave;
    const { id, textContent: text } = main.contains(document.activeElement) ? document.activeElement : {};
    nameViews();
    await kit.load(main, learnRole, () => {
        if (!signal.aborted) {
            kit.views[said.view](main, said, { link, go, keep, may, signal });
            arrive({ id, text });
        }
    });
}

/** Shows anew what only shows something and was shown a while ago. */
function refresh() {
    const onlyShows = ["week", "status"].includes(address().view) && !document.querySelector("dialog, #key, .saving > *");
    if (!document.hidden && onlyShows && Date.now() - shownAt > STALE) {
        show();
    }
}

/**
 * Names the page after the view, and begins reading there when the reader has gone on to another one. Within a view the
 * reader stays on the field or the link that was used.
 */
function arrive({ id, text } = {}) {
    const heading = main.querySelector("h1");
    document.title = `${heading?.textContent ?? "Moffman"} · Moffman`;
    const { view, office } = address();
    const here = `${view} ${office}`;
    if (heading && place !== undefined && place !== here) {
        heading.tabIndex = -1;
        heading.focus();
    } else if (text !== undefined) {
        const links = [...main.querySelectorAll("a.button")];
        (document.getElementById(id) ?? links.find((link) => link.textContent === text))?.focus();
    }
    place = here;
}

/** What is wrong with a key as it was typed, which its field does not show. */
function mistakeIn(key) {
    const whole = key.trim();
    const isSpaced = key !== whole && "There is a space before or after the key: enter it without.";
    const isOdd = !/^[ -~]*$/.test(whole) && "A key has only plain letters, digits and signs.";
    return whole ? isSpaced || isOdd : "Enter the key: the field is empty, or has only spaces.";
}

/** Asks for the key; one that was sent already was wrong. */
function askForKey() {
    const { h, key } = kit;
    leave?.abort();
    role = learned = undefined;
    const wrong = h("div", { id: "wrong" });
    const complain = (text) => wrong.replaceChildren(h("p", { role: "alert", class: "failure" }, text));
    const shown = { type: "password", autocomplete: "off", required: true, "aria-describedby": "wrong" };
    const field = h("input", { id: "key", ...shown });
    const form = h("form.ask", { novalidate: true },
        h("h1", "API key"),
        h("p", "Whoever runs Moffman has given you one. This tab forgets it when it is closed."),
        wrong,
        h("label", { for: "key" }, "API key"), field,
        h("button.main", "Use key"));
    form.addEventListener("submit", (event) => {
        event.preventDefault();
        const mistake = mistakeIn(field.value);
        if (mistake) {
            complain(mistake);
            field.focus();
        } else {
            key.keep(field.value);
            show();
        }
    });
    if (key.read()) {
        complain("This key is not accepted.");
    }
    document.getElementById("rekey").hidden = true;
    document.getElementById("role").textContent = "";
    main.replaceChildren(form);
    arrive();
    field.focus();
}

function forgetKey() {
    kit.key.forget();
    askForKey();
}

async function start() {
    const names = ["api", "dom", "week", "decisions", "status"];
    const [api, dom, week, decisions, status] = await Promise.all(names.map(part));
    const views = { week: week.show, waiting: decisions.showWaiting, forms: decisions.showForms, status: status.show };
    kit = { ...api, ...dom, views };
    document.querySelector(".skip").addEventListener("click", (event) => {
        event.preventDefault();
        main.focus();
    });
    document.getElementById("rekey").addEventListener("click", forgetKey);
    document.addEventListener("keywanted", askForKey);
    addEventListener("hashchange", show);
    document.addEventListener("visibilitychange", refresh);
    // A screen at the reception, which nobody touches.
    setInterval(() => document.activeElement === document.body && refresh(), 60_000);
    await show();
}

start().catch((error) => {
    main.setAttribute("aria-busy", "false");
    main.textContent = "The page could not be loaded completely. Load it again.";
    throw error;
});
