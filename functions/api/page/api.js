// Requests to the API: with the key, with what went wrong as one sort of error, and nothing of the key anywhere else.

const KEY = "moffman.key";

/** The key lives as long as the tab. */
export const key = {
    read: () => sessionStorage.getItem(KEY),
    keep: (text) => sessionStorage.setItem(KEY, text),
    forget: () => sessionStorage.removeItem(KEY),
};

/** Why a request failed, as RFC 9457 has it; `sort` is the last part of its type. */
export class Problem extends Error {
    constructor({ type, title, status, ...rest }, retryAfter) {
        super(title);
        Object.assign(this, { detail: "", needed: null, ...rest, title, status });
        this.sort = String(type ?? "").split(":").pop();
        this.retryAt = retryAfter ? new Date(Date.now() + 1000 * retryAfter) : null;
    }
}

/** Parameters that are empty are left out, because the API refuses them. */
function addressOf(path, parameters) {
    const address = new URL(`api/v1/${path}`, document.baseURI);
    for (const [name, value] of Object.entries(parameters)) {
        if (value) {
            address.searchParams.set(name, value);
        }
    }
    return address;
}

/** What nobody waits for any more is given up; whatever else keeps an answer from coming is the network. */
function lost(error, title) {
    const detail = "Nothing is lost: try again when the connection is back.";
    return error.name === "AbortError"
        ? new Problem({ type: "given-up", title: "Nobody waits for this any more.", status: 0 })
        : new Problem({ title, detail, status: 0 });
}

/** The answer of the API, whatever it is of; each failure is a `Problem`. */
async function answerTo(path, { parameters = {}, headers = {}, ...options }) {
    const known = key.read();
    const sent = known ? { "x-api-key": known, ...headers } : headers;
    let answer;
    try {
        answer = await fetch(addressOf(path, parameters), { ...options, headers: sent, credentials: "omit" });
    } catch (error) {
        throw lost(error, "The server cannot be reached.");
    }
    if (!answer.ok) {
        throw await problemOf(answer);
    }
    return answer;
}

async function problemOf(answer) {
    const unknown = { title: `The server answered ${answer.status}.`, detail: "" };
    const body = await answer.json().catch(() => unknown);
    const retryAfter = Number(answer.headers.get("retry-after")) || null;
    return new Problem({ ...unknown, ...body, status: answer.status }, retryAfter);
}

async function read(answer, content) {
    try {
        return await answer[content]();
    } catch (error) {
        throw lost(error, "The answer broke off.");
    }
}

/** What a GET answers. */
export async function get(path, parameters = {}, signal = undefined) {
    return read(await answerTo(path, { parameters, signal }), "json");
}

/** A table as text, for a file; its mark of bytes stays. */
export async function getText(path, parameters, signal) {
    const bytes = await read(await answerTo(path, { parameters, signal }), "arrayBuffer");
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/** What a POST answers. With `version`, only that version of a reservation is decided about. */
export async function post(path, body, version = null) {
    const headers = { "content-type": "application/json", ...(version ? { "if-match": version } : {}) };
    return read(await answerTo(path, { method: "POST", body: JSON.stringify(body), headers }), "json");
}

let offices = null;

/** For so many milliseconds the names of the offices are not asked for again. */
const KNOWN = 300_000;

/** The names of all offices. */
export function officeNames() {
    if (!offices) {
        const forget = () => (offices = null);
        offices = allOffices();
        offices.then(() => setTimeout(forget, KNOWN), forget);
    }
    return offices;
}

async function allOffices() {
    const names = [];
    let page = null;
    do {
        const part = await get("offices", { limit: 1000, page });
        names.push(...part.offices.map((office) => office.office_id));
        page = part.next;
    } while (page);
    return names;
}

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Those names that have the text in them, whatever its case and accents. */
export function matching(names, text) {
    const wanted = plain(text.trim());
    return names.filter((name) => plain(name).includes(wanted));
}
