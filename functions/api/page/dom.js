// What all views are made of: elements, days as the reader writes them, the states of a request, and questions.

import { Problem } from "./api.js";

/**
 * An element, named `name.class`. Its properties may be left out; those that begin with `on` are listeners. Whatever
 * text is given stays text, and what is false is left out.
 */
export function h(named, ...children) {
    const [name, ...classes] = named.split(".");
    const element = document.createElement(name);
    if (classes.length) {
        element.classList.add(...classes);
    }
    const properties = children[0]?.constructor === Object ? children.shift() : {};
    for (const [property, value] of Object.entries(properties)) {
        if (property.startsWith("on")) {
            element.addEventListener(property.slice(2), value);
        } else if (value !== null && value !== undefined && value !== false) {
            element.setAttribute(property, value === true ? "" : value);
        }
    }
    element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
    return element;
}

const OFF = "aria-disabled";

/** Turns buttons off, which stay where they are for whoever has the focus there, or on. */
export const turn = (buttons, isOn) => buttons.forEach((one) => one.setAttribute(OFF, String(!isOn)));

export const isOff = (button) => button.getAttribute(OFF) === "true";

/** A button that does something when it is pressed, unless it is off. */
export function button(text, act, properties = {}) {
    const press = ({ currentTarget }) => isOff(currentTarget) || act();
    return h("button", { type: "button", onclick: press, ...properties }, text);
}

/** Does `task`, during which the buttons are off. */
export async function alone(buttons, task) {
    turn(buttons, false);
    try {
        return await task();
    } finally {
        turn(buttons, true);
    }
}

/** Says what has happened: to everybody, or only to those who do not see it. */
export function say(text, isSeen = false) {
    const said = document.getElementById("said");
    said.className = isSeen ? "sr" : "";
    said.textContent = "";
    // What stands there already would not be said again.
    setTimeout(() => (said.textContent = text), 50);
}

/** A sentence for people of what the API says to programs. */
export function sentence(text = "") {
    const plain = text.trim().replace(/`([^`]*)`/g, "“$1”");
    return plain && plain[0].toUpperCase() + plain.slice(1) + (/[.!?…]$/.test(plain) ? "" : ".");
}

const LANGUAGES = navigator.languages;
const NUMBER = new Intl.NumberFormat(LANGUAGES);

/** A number as the reader writes numbers. */
export const digits = (number) => NUMBER.format(number);

/** The number and its word: `1 office`, `2 offices`. */
export const count = (number, one) => `${digits(number)} ${one}${number === 1 ? "" : "s"}`;

// Days have no time zone, so they are reckoned and written in UTC.
const inUtc = (options) => new Intl.DateTimeFormat(LANGUAGES, { timeZone: "UTC", ...options });
const SHORT = inUtc({ weekday: "short", day: "numeric" });
const WEEKDAY = inUtc({ weekday: "long" });
const DATE = inUtc({ day: "numeric", month: "long" });
const FULL = inUtc({ weekday: "short", day: "numeric", month: "short", year: "numeric" });
const RANGE = inUtc({ day: "numeric", month: "short", year: "numeric" });
const MOMENT = new Intl.DateTimeFormat(LANGUAGES, { dateStyle: "medium", timeStyle: "short" });
const TIME = new Intl.DateTimeFormat(LANGUAGES, { timeStyle: "medium" });
const AGO = new Intl.RelativeTimeFormat(LANGUAGES, { numeric: "auto" });

const instantOf = (date) => new Date(`${date}T00:00:00Z`);

/** The day so many days later, written as the API writes days. */
export function later(date, days) {
    return new Date(instantOf(date).getTime() + days * 86_400_000).toISOString().slice(0, 10);
}

/** Today, where the reader is. */
export function today() {
    const now = new Date();
    return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

/** The Monday of the day's week; of what is no day, this week's. */
export function mondayOf(date) {
    const instant = /^\d{4}-\d\d-\d\d$/.test(date ?? "") ? instantOf(date) : null;
    const known = instant && !Number.isNaN(instant.getTime()) ? date : today();
    return later(known, -((instantOf(known).getUTCDay() + 6) % 7));
}

export const isWeekend = (date) => [0, 6].includes(instantOf(date).getUTCDay());
export const shortDay = (date) => SHORT.format(instantOf(date));
export const weekday = (date) => WEEKDAY.format(instantOf(date));
export const dayAndMonth = (date) => DATE.format(instantOf(date));
export const timeOf = (instant) => TIME.format(instant);
export const range = (first, last) => RANGE.formatRange(instantOf(first), instantOf(last));

/** Days whose `end` is the day after the last one. */
export function days({ start, end }) {
    const last = later(end, -1);
    return last <= start ? FULL.format(instantOf(start)) : FULL.formatRange(instantOf(start), instantOf(last));
}

const STEPS = [["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]];

/** How long ago or from now, in words of the reader's language. */
export function distance(seconds) {
    const [unit, size] = STEPS.find(([, size]) => Math.abs(seconds) >= size) ?? STEPS.at(-1);
    return AGO.format(Math.trunc(seconds / size), unit);
}

/** A date or days, for whom it is read aloud in the language in which it is written. */
export const written = (text) => h("span", { lang: LANGUAGES[0] }, text);

/** An instant, and how far from now it is. */
export function moment(text) {
    const instant = new Date(text);
    const away = distance((instant.getTime() - Date.now()) / 1000);
    return h("time", { datetime: text, lang: LANGUAGES[0] }, `${MOMENT.format(instant)} (${away})`);
}

let asking = 0;
/** How many requests each place for the words tells of. */
const told = new WeakMap();

/** Shows that `task` is under way: at once to programs, after a moment to people, and in words after a second. */
export async function underWay(task, slow = document.getElementById("slow")) {
    const [main, progress] = ["main", "progress"].map((id) => document.getElementById(id));
    asking += 1;
    told.set(slow, (told.get(slow) ?? 0) + 1);
    main.setAttribute("aria-busy", "true");
    progress.hidden = false;
    const patience = setTimeout(() => (slow.textContent = "Still waiting for an answer…"), 1000);
    try {
        return await task();
    } finally {
        clearTimeout(patience);
        asking -= 1;
        told.set(slow, told.get(slow) - 1);
        if (told.get(slow) === 0) {
            slow.textContent = "";
        }
        if (asking === 0) {
            main.setAttribute("aria-busy", "false");
            progress.hidden = true;
        }
    }
}

const inOtherWords = ({ sort, needed }) => ({
    "not-allowed": needed && ["This key may not do that.", `It needs the role ${needed}.`],
    "unknown-office": ["No office has this name."],
    "lists-used-up": ["Too many calendars were read in this minute.", "Google allows only so many calls."],
})[sort];

/** What went wrong and, where there is one, the way to try again. */
export function failure(problem, again = null) {
    const [title, detail] = inOtherWords(problem) ?? [problem.title ?? problem.message, problem.detail];
    const details = problem.errors?.length > 1 ? problem.errors.map((error) => error.detail) : [detail ?? ""];
    const when = problem.retryAt && h("p", `It may work again at ${timeOf(problem.retryAt)}.`);
    const retry = again && button("Try again", () => {
        turn([retry], false);
        again();
    });
    return h("div", { role: "alert", class: "failure" },
        h("strong", sentence(title)), details.filter(Boolean).map((text) => h("p", sentence(text))), when, retry);
}

/** What a request answers, or its problem; any other error is a fault of the page, and nobody is to catch it. */
export async function outcome(request) {
    try {
        return [await request, null];
    } catch (error) {
        if (error instanceof Problem) {
            return [null, error];
        }
        throw error;
    }
}

/** How often each place has been filled anew. */
const turns = new WeakMap();

/** What the place still waits for is of no interest any more. Answers the number of its turn. */
export function forget(place) {
    const mine = (turns.get(place) ?? 0) + 1;
    turns.set(place, mine);
    return mine;
}

/**
 * Fills `place` with what `task` answers, or with what went wrong. The key that is missing is the page's matter, and
 * what nobody looks at any more is nobody's.
 */
export async function load(place, task, fill) {
    const mine = forget(place);
    const hadFocus = place.contains(document.activeElement);
    const [answer, problem] = await outcome(underWay(task));
    if (problem?.sort === "wrong-api-key") {
        document.dispatchEvent(new CustomEvent("keywanted"));
    }
    if (["wrong-api-key", "given-up"].includes(problem?.sort) || turns.get(place) !== mine) {
        return;
    }
    place.replaceChildren();
    if (problem) {
        place.append(failure(problem, () => load(place, task, fill)));
    } else {
        fill(answer);
    }
    if (hadFocus && document.activeElement === document.body) {
        // Where nothing is left to be pressed, the reader goes on from the place itself.
        (place.querySelector("a, button, [tabindex]") ?? Object.assign(place, { tabIndex: -1 })).focus();
    }
}

/**
 * A dialog that says what will happen before it does. It stays open, with all that was typed, until `act` has worked;
 * `parts` is its body.
 */
export function question({ title, parts, text, act, done, close = "Cancel", look = "main" }) {
    const [trouble, slow] = [h("div"), h("p", { role: "status" })];
    const submit = text && h("button", { class: look }, text);
    const cancel = button(close, () => dialog.close());
    const form = h("form", h("h2", title), parts, trouble, slow, h("div.buttons", submit, cancel));
    // It may be open again by the time that its closing is told.
    const dialog = h("dialog", { "aria-label": title, onclose: () => dialog.open || dialog.remove() }, form);
    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        if (isOff(submit)) {
            return;
        }
        trouble.replaceChildren();
        const [answer, problem] = await outcome(alone([submit], () => underWay(act, slow)));
        if (!problem) {
            dialog.close();
            done(answer);
            return;
        }
        trouble.replaceChildren(failure(problem));
        // Whoever closed it meanwhile has to know.
        if (!dialog.open) {
            open(dialog);
        }
    });
    return dialog;
}

/** Opens a dialog, which is on the page for as long as it is open. What was typed stays in it for the next time. */
export function open(dialog) {
    document.getElementById("main").append(dialog);
    dialog.showModal();
}
