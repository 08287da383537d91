// What people decide: reservations that wait, and forms that no sweep settles by itself.

import { get, matching, officeNames, post } from "./api.js";
import {
    alone, button, count, days, digits, h, later, load, moment, open, question, range, say, sentence, today, written,
} from "./dom.js";
import { pendingPeople } from "./week.js";

/** How far back and ahead reservations are looked for; the API shows 91 days more than the first at most. */
const BACK = 14;
const AHEAD = 77;
/** The days for which all offices are looked through; attendance has 31 at most. */
const SOON = 31;

/** Draws the reservations that wait: of the chosen office, or which offices have any. */
export function showWaiting(place, said, frame) {
    const content = h("div.content");
    place.append(h("div.head", h("h1", "Waiting")), h("div.tools", picker(said, frame)), content);
    return said.office ? waitingIn(content, said, frame) : officesThatWait(content, null, frame);
}

/** Lets the reader choose an office by name, also one of ten thousand. */
function picker({ office }, { go, signal }) {
    const names = h("datalist", { id: "offices" });
    const shown = { value: office, placeholder: "All offices", autocomplete: "off" };
    const field = h("input", { id: "office", list: "offices", ...shown });
    const suggest = async () => {
        const known = await officeNames().catch(() => []);
        names.replaceChildren(...matching(known, field.value).slice(0, 50).map((name) => h("option", { value: name })));
    };
    field.addEventListener("focus", suggest);
    field.addEventListener("input", suggest);
    const form = h("form.picker", h("label", { for: "office" }, "Office"), field, names, h("button", "Show"));
    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        const typed = field.value.trim();
        const same = matching(await officeNames().catch(() => []), typed).filter((name) => name.length === typed.length);
        if (!signal.aborted) {
            go({ office: same.length === 1 ? same[0] : typed });
        }
    });
    return form;
}

function officesThatWait(content, page, frame) {
    const asked = { from: today(), to: later(today(), SOON - 1), page };
    load(content, () => get("attendance", asked, frame.signal), ({ offices, next }) => {
        const numbers = offices.map((office) => [office.office_id, pendingPeople(office)]);
        const waiting = numbers.filter(([, number]) => number > 0);
        const line = ([name, number]) => h("li",
            h("a", { href: frame.link({ office: name }) }, `${name}: ${digits(number)} waiting`));
        const found = waiting.length
            ? h("ul.offices", waiting.map(line))
            : h("p.empty", `Nothing waits in the next ${SOON} days${next || page ? " in these offices" : ""}.`);
        const unread = offices.filter((office) => office.problem);
        const rest = h("div.content");
        rest.append(next ? button("More offices", () => officesThatWait(rest, next, frame)) : "");
        content.append(found, ...unread.map((office) => h("div.failure",
            h("strong", `${office.office_id} cannot be read.`), h("p", sentence(office.problem)))), rest);
    });
}

function waitingIn(content, { office, week }, frame) {
    // The days around today, unless the week that the reader comes from lies elsewhere.
    const isNear = week >= later(today(), -BACK) && later(week, 6) <= later(today(), AHEAD);
    const from = later(isNear ? today() : week, -BACK);
    const asked = { office_id: office, status: "pending", from, to: later(from, BACK + AHEAD) };
    load(content, () => allPending(asked, frame.signal), ({ reservations, unreadable }) => {
        content.append(
            h("h2", office),
            h("p.soft", written(range(asked.from, asked.to))),
            reservations.length ? "" : h("p.empty", `Nothing waits in ${office} in these days.`),
            frame.may("workflow") || !reservations.length ? "" : h("p", "This key may look, but not decide."),
            ...reservations.map((found) => reservationCard(found, frame)),
            unreadable ? h("p", `${count(unreadable, "event")} left out, because nobody can read it.`) : "");
    });
}

/** What waits in an office in these days, all of it. */
async function allPending(asked, signal) {
    const whole = { reservations: [], unreadable: 0 };
    let page = null;
    do {
        const answer = await get("reservations", { ...asked, page }, signal);
        whole.reservations.push(...answer.reservations);
        whole.unreadable += answer.unreadable;
        page = answer.next;
    } while (page);
    return whole;
}

/** A reservation with what may be done to it. */
function reservationCard(found, frame) {
    const name = found.name || "without a name";
    const card = h("article.card.row");
    // The same for as long as the card is there, so that what was typed outlives whatever happens to the reservation.
    const reason = h("textarea", { id: `reason-${found.id}`, rows: 3, maxlength: 500 });
    // A person may have several cards, which the days tell apart.
    const naming = (now) => `${name}, ${days(now)}`;
    const draw = (now, news = null) => {
        const heading = h("h3", { tabindex: -1 }, name);
        const about = h("div", heading, h("p.what", written(days(now)), " ", badge(now.status, now.status)), news,
            h("p.soft", sourceOf(now)));
        card.ariaLabel = naming(now);
        card.replaceChildren(about, h("div.buttons", choices(now)));
        return heading;
    };
    const redraw = ({ now, news, said }) => {
        draw(now, news).focus();
        say(said ? `${name}: ${said}.` : "");
    };
    const choices = (now) => {
        const isOpen = now.kind === "reservation" && now.status === "pending" && now.etag && frame.may("workflow");
        const trouble = h("div");
        const buttons = [];
        const decided = (verb, body) => alone(buttons, () => decide(now, verb, body));
        const approve = () => load(trouble, () => decided("approve"), redraw);
        const dialog = isOpen && rejection(now, { name, reason, decided, redraw });
        const calendar = { href: now.url, target: "_blank", rel: "noreferrer" };
        if (isOpen) {
            buttons.push(
                button("Approve", approve, { class: "main", "aria-label": `Approve ${naming(now)}` }),
                button("Reject…", () => open(dialog), { "aria-label": `Reject ${naming(now)}` }));
        }
        return [
            buttons,
            // Only where it leads to a page.
            now.url?.startsWith("https://") && h("a", calendar, "In Google Calendar"),
            trouble,
        ];
    };
    draw(found);
    return card;
}

function rejection(now, { name, reason, decided, redraw }) {
    const what = "The event is deleted from the calendar, and a late repetition of the request does not bring it back.";
    return question({
        title: `Reject ${name}?`,
        parts: [
            h("p", written(days(now)), ` in ${now.office_id}. `, what),
            h("label", { for: reason.id }, "Reason (optional)"), reason,
        ],
        text: "Reject",
        look: "main danger",
        act: () => decided("reject", reason.value.trim() ? { reason: reason.value.trim() } : {}),
        done: redraw,
    });
}

/** Decides about the version that is shown, and no other. Answers what is true now, and what is new about it. */
async function decide(then, verb, body = {}) {
    const path = `reservations/${encodeURIComponent(then.id)}`;
    try {
        const { status } = await post(`${path}/${verb}`, { office_id: then.office_id, ...body }, then.etag);
        const news = h("p.done", status === "approved" ? "Approved." : "Rejected.");
        return { now: { ...then, status, url: null }, news, said: status };
    } catch (problem) {
        if (![404, 409, 412].includes(problem.status)) {
            throw problem;
        }
        const found = await get(path, { office_id: then.office_id }).catch((other) => other);
        const isGone = found.status === 404;
        const now = found instanceof Error ? { ...then, etag: isGone ? null : then.etag } : found;
        return { now, news: changed(then, found, problem) };
    }
}

function sourceOf({ kind, form, updated }) {
    if (kind === "manual") {
        const isNext = !form || ["due", "issued", "discarded"].includes(form.state);
        return isNext
            ? "Entered by hand: the next sweep approves it."
            : `Entered by hand. Its form is ${STATES[form.state].word}; it is approved when that is settled.`;
    }
    return updated && ["Registered; last changed ", moment(updated)];
}

const badge = (kind, text) => h("span", { class: `badge ${kind}` }, text);

/** What is different now from what was shown; it was not overwritten. */
function changed(then, now, problem) {
    const lines = [];
    if (now instanceof Error) {
        lines.push(now.status === 404 ? "It is not in the calendar any more." : sentence(now.title));
    } else {
        const before = { Days: days(then), Status: then.status, Name: then.name };
        const after = { Days: days(now), Status: now.status, Name: now.name ?? then.name };
        const names = Object.keys(before).filter((name) => before[name] !== after[name]);
        lines.push(...names.map((name) => `${name}: ${before[name]} → ${after[name]}`));
        if (now.reason) {
            lines.push(`Reason: ${now.reason}`);
        }
    }
    const why = problem.sort !== "reservation-changed" && `${sentence(problem.detail || problem.title)} `;
    return h("div", { role: "alert", class: "failure" }, h("strong", "This changed meanwhile."),
        h("p", why, "Nothing was overwritten."),
        h("ul", (lines.length ? lines : ["Nothing that is shown here differs."]).map((line) => h("li", line))));
}

/** The states of a form: their name in the list, in a sentence, and what they mean. */
const STATES = {
    open: { name: "Open", word: "open" },
    held: { name: "Held", word: "held", why: "It waits for a person: sweeps do not send it any more." },
    waiting: { name: "Waiting", word: "waiting", why: "It was refused, or not sent at all. A sweep tries again." },
    in_doubt: { name: "In doubt", word: "in doubt", why: "Nobody knows whether the last mail went out." },
    due: { name: "Due", word: "due", why: "The next sweep sends it." },
    sending: { name: "Being sent", word: "being sent", why: "A sweep is sending it: soon it is issued, or in doubt." },
    issued: { name: "Issued", word: "issued", why: "It went out." },
    discarded: { name: "Discarded", word: "discarded", why: "A person ended it." },
};
const EVENTS = {
    open: "waits for its form, or for its approval",
    approved: "is approved",
    gone: "was deleted or moved, or needs nothing any more",
    orphaned: "is in a calendar that no office has any more",
    refused: "may not be changed, as Google says",
    not_registered: "is of a person who is no manual user any more",
};
const SETTLED = {
    again: {
        text: "Send again", path: "resend", body: {}, ask: "Send this form again?",
        what: "The next sweep sends it, once. If an earlier mail has arrived after all, there will be two.",
    },
    arrived: {
        text: "It arrived", path: "discard", body: { outcome: "arrived" }, ask: "Has this form arrived?",
        what: "It counts as issued and is not sent any more. The next sweep approves its events.",
    },
    unwanted: {
        text: "Not wanted", path: "discard", body: { outcome: "not_wanted" }, ask: "Is this form not wanted?",
        what: "It is not sent. The next sweep approves the events that asked for it; one that asks later has it sent.",
    },
    copy: {
        text: "Send a copy", path: "resend", body: { again: true }, ask: "Send a copy of this form?",
        what: "The next sweep sends one more mail. The form stays what it is.",
    },
};
const UNSETTLED = ["again", "arrived", "unwanted"];
const BUTTONS = {
    held: UNSETTLED, waiting: UNSETTLED, in_doubt: UNSETTLED, due: ["arrived", "unwanted"], sending: [],
    issued: ["copy"], discarded: ["copy"],
};

/** Draws the forms in a state, with what may be done to each. */
export function showForms(place, said, frame) {
    place.append(h("div.head", h("h1", "Forms")));
    if (!frame.may("operator")) {
        place.append(h("p.empty", "Forms need a key with the role operator."));
        return;
    }
    const state = STATES[said.state] ? said.state : "open";
    const option = ([value, { name }]) => h("option", { value, selected: value === state }, name);
    const choose = h("select", { id: "state" }, Object.entries(STATES).map(option));
    choose.addEventListener("change", () => frame.go({ state: choose.value }));
    const content = h("div.content");
    place.append(h("div.tools", h("label", { for: "state" }, "State"), choose, picker(said, frame)), content);
    formsIn(content, { state, office_id: said.office }, frame);
}

function formsIn(content, asked, frame) {
    load(content, () => somePage(asked, frame.signal), ({ forms, next }) => {
        const rest = h("div.content");
        rest.append(next ? button("More forms", () => formsIn(rest, { ...asked, page: next }, frame)) : "");
        const words = `No ${asked.page ? "other " : ""}form is ${STATES[asked.state].word}.`;
        const none = !forms.length && h("p.empty", words);
        content.append(...[none, ...forms.map(formCard), rest].filter(Boolean));
    });
}

/** The next part with a form in it: a part may be empty without being the last. */
async function somePage(asked, signal) {
    let answer = await get("forms", asked, signal);
    while (!answer.forms.length && answer.next) {
        answer = await get("forms", { ...asked, page: answer.next }, signal);
    }
    return answer;
}

function formCard(form) {
    const { word, why } = STATES[form.state];
    const naming = `${form.user_id}, ${days(form)}`;
    const card = h("article.card", { "aria-label": naming });
    const buttons = [];
    const heading = h("h2", { tabindex: -1 }, form.user_id);
    const done = (now) => {
        const fresh = formCard(now);
        card.replaceWith(fresh);
        fresh.querySelector("h2").focus();
        say(`${now.user_id}: ${STATES[now.state].word}.`);
    };
    const settle = (choice) => {
        const { text, path, body, ask, what } = SETTLED[choice];
        const dialog = question({
            title: ask, text, done,
            parts: [h("p", h("strong", form.user_id), ", ", written(days(form))), h("p", what)],
            act: () => alone(buttons, () => post(`forms/${encodeURIComponent(form.id)}/${path}`, body)),
        });
        return button(`${text}…`, () => open(dialog), { "aria-label": `${text}: ${naming}` });
    };
    buttons.push(...BUTTONS[form.state].map(settle));
    card.append(heading, h("p.what", written(days(form)), " ", badge(form.state, word)), h("p", why), facts(form),
        h("ul.events", form.events.map(eventLine)), h("div.buttons", buttons));
    return card;
}

function facts(form) {
    const known = [
        ["Failed", form.failures > 0 && `${count(form.failures, "time")}`],
        ["Since", form.failing_since && moment(form.failing_since)],
        ["Next try", form.next_try_at && moment(form.next_try_at)],
        ["Mails", form.mails > 0 && `${digits(form.mails)} may have gone out`],
        ["Issued", form.issued_at && moment(form.issued_at)],
    ];
    return h("dl", known.filter(([, value]) => value).flatMap(([name, value]) => [h("dt", name), h("dd", value)]));
}

function eventLine({ office_id: office, status, found_at: found }) {
    const since = found && [", found ", moment(found)];
    return h("li", h("strong", office ?? "No office"), `: the event ${EVENTS[status] ?? status}`, since, ".");
}
