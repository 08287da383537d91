// Who is in: offices and days of a week, or one office in detail.

import { get, getText, matching, officeNames } from "./api.js";
import {
    alone, button, count, dayAndMonth, digits, forget, h, isWeekend, later, load, mondayOf, outcome, range, say, sentence,
    shortDay, timeOf, today, weekday, written,
} from "./dom.js";

/** Names in one cell of the table on a screen; all are on paper, and in the office's own week. */
const NAMES = 4;
/** Offices that are searched for and shown at once; each is a call to Google. */
const FOUND = 10;

const weekOf = (monday) => ({ from: monday, to: later(monday, 6) });

/** Draws the view. */
export function show(place, said, frame) {
    const { week, office } = said;
    const { from, to } = weekOf(week);
    const turn = (name, monday) => h("a.button", { href: frame.link({ week: monday }) }, name, h("span", " week"));
    const turns = h("div.turns",
        turn("Previous", later(week, -7)), turn("This", mondayOf()), turn("Next", later(week, 7)));
    const content = h("div.content");
    const parts = office ? detail(content, said, frame) : table(content, said, frame);
    const saving = h("div.saving");
    const { signal } = frame;
    const press = button("Download CSV", () => save(parts.questions(), { said, place: saving, press, signal }));
    place.append(
        h("div.head", h("h1", `${office || "Who is in"}, `, written(range(from, to))), turns),
        h("div.tools",
            office && h("a.button", { href: frame.link({ office: "" }) }, "All offices"),
            parts.tools,
            press,
            button("Print", () => print())),
        saving, content);
}

function legend() {
    return h("p.legend",
        h("span.person", "approved"), h("span.person.waiting", "waiting for a decision"));
}

/** The week of one office, day by day, with everybody. */
function detail(content, { week, office }, frame) {
    const question = { ...weekOf(week), office_id: office };
    load(content, () => get("attendance", question, frame.signal), ({ offices: [found] }) => {
        if (found.problem) {
            content.append(unreadable(found));
            return;
        }
        content.append(waitingLink(found, week, frame) || "", h("div.days", found.days.map(dayOf(found.days))), legend());
    });
    return { tools: null, questions: () => [question] };
}

const dayOf = (all) => (day) => {
    const now = day.date === today();
    const name = `${weekday(day.date)} ${dayAndMonth(day.date)}`;
    return h("section", { class: dayClass(day.date), "aria-label": name },
        h("h2", { "aria-current": now && "date" }, written(weekday(day.date)), " ", written(dayAndMonth(day.date)),
            now && h("span.now", "today")),
        h("p.count", numbers(day)),
        bar(day, most(all)),
        people(day.people));
};

const dayClass = (date) => `day${isWeekend(date) ? " weekend" : ""}${date === today() ? " today" : ""}`;

const unreadable = ({ problem }) =>
    h("div.failure", h("strong", "This calendar cannot be read."), h("p", sentence(problem)));

/** The table of offices and days. It has the offices that were asked for so far, or those that are searched. */
function table(content, said, frame) {
    const dates = Array.from({ length: 7 }, (_, day) => later(said.week, day));
    const state = { pages: [], next: null, known: new Map(), listed: [], shown: [] };
    const more = h("div.more");
    const body = h("tbody", { role: "rowgroup" });
    const draw = (offices) => {
        state.shown = offices;
        const highest = Math.max(1, ...offices.map((office) => most(office.days ?? [])));
        body.replaceChildren(...offices.map((office) => row(office, highest, { week: said.week, frame })));
    };
    const search = h("input", { id: "search", type: "search", autocomplete: "off", value: said.find });
    const view = { state, more, draw, week: said.week, frame, search };
    search.addEventListener("input", slowly(() => {
        frame.keep({ find: search.value });
        find(view);
    }));
    askPage(view, null, content, () => {
        const names = { role: "table", "aria-label": "Who is in" };
        content.append(h("table.week", names, header(dates), body), more, legend());
        find(view);
    });
    return { tools: [h("label", { for: "search" }, "Search offices"), search], questions: () => questionsOf(view) };
}

/** Asks for a part of all offices, and puts it at the end. */
function askPage({ state, week, frame }, page, place, then) {
    load(place, () => get("attendance", { ...weekOf(week), page }, frame.signal), (answer) => {
        state.pages.push(page);
        answer.offices.forEach((office) => state.known.set(office.office_id, office));
        state.listed.push(...answer.offices);
        state.next = answer.next;
        then();
    });
}

/** Shows the offices whose names have the text, or all. Those that were not asked for yet are asked for one by one. */
function find(view) {
    const { state, more, draw, search } = view;
    const text = search.value.trim();
    forget(more);
    if (!state.pages.length) {
        return;
    }
    if (!text) {
        draw(state.listed);
        more.replaceChildren(state.listed.length ? moreOffices(view) : h("p", "There is no office yet."));
        return;
    }
    if (!state.next) {
        const names = matching(state.listed.map((office) => office.office_id), text);
        const found = names.map((name) => state.known.get(name));
        tell(view, text, found, found.length);
        return;
    }
    load(more, () => officeNames(), (names) => showFound(view, text, matching(names, text), FOUND));
}

function showFound(view, text, names, number) {
    const { state, more, search, frame, week } = view;
    const wanted = names.slice(0, number);
    const rest = wanted.filter((name) => !state.known.has(name));
    const ask = async (name) => {
        const { offices } = await get("attendance", { ...weekOf(week), office_id: name }, frame.signal);
        state.known.set(name, offices[0]);
    };
    load(more, () => Promise.all(rest.map(ask)), () => {
        if (search.value.trim() === text) {
            tell(view, text, wanted.map((name) => state.known.get(name)), names.length);
            if (names.length > number) {
                more.append(button("More offices", () => showFound(view, text, names, number + FOUND)));
            }
        }
    });
}

function tell({ more, draw }, text, offices, number) {
    draw(offices);
    const words = number ? `${count(number, "office")} with “${text}”` : `No office is called “${text}”.`;
    more.replaceChildren(h("p", words));
    say(words, true);
}

function moreOffices(view) {
    const { state, more } = view;
    const then = () => {
        find(view);
        say(`${count(state.listed.length, "office")} shown`, true);
    };
    return state.next ? button("More offices", () => askPage(view, state.next, more, then)) : "";
}

function header(dates) {
    const day = (date) => {
        const now = date === today();
        const mark = now && h("span.now", "today");
        return h("th", { role: "columnheader", scope: "col", class: dayClass(date), "aria-current": now && "date" },
            written(shortDay(date)), mark);
    };
    const office = h("th", { role: "columnheader", scope: "col" }, "Office");
    return h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, office, dates.map(day)));
}

function row(office, highest, { week, frame }) {
    const { office_id: name } = office;
    const head = h("th", { role: "rowheader", scope: "row" },
        h("a", { href: frame.link({ office: name, find: "" }) }, name), waitingLink(office, week, frame));
    const cells = office.problem
        ? h("td", { role: "cell", colspan: 7, class: "unread" }, unreadable(office))
        : office.days.map((day) => cell(day, highest));
    return h("tr", { role: "row" }, head, cells);
}

function cell(day, highest) {
    const label = h("span.date", { "aria-hidden": "true" }, shortDay(day.date),
        day.date === today() && h("span.now", "today"));
    const numbersOfDay = h("span.count", numbers(day));
    const left = day.people.length - NAMES;
    const names = people(day.people, left > 1 ? NAMES : Infinity);
    const rest = left > 1 && h("span.rest", `and ${digits(left)} more`);
    return h("td", { role: "cell", class: dayClass(day.date) }, label, numbersOfDay, bar(day, highest), names, rest);
}

function numbers({ approved, pending }) {
    if (approved + pending === 0) {
        return h("span.nobody", "nobody");
    }
    const waiting = pending > 0 && h("span.pending", `${digits(pending)} waiting`);
    return [h("span", `${digits(approved)} in`), waiting && [h("span.sr", ", "), waiting]];
}

const most = (days) => Math.max(1, ...days.map((day) => day.approved + day.pending));

/** How many are in, against the most of all that is shown: what is approved is full, what waits is striped. */
function bar(day, highest) {
    const piece = (name, number) => {
        const element = h("span", { class: name });
        element.style.width = `${(100 * number) / highest}%`;
        return number > 0 && element;
    };
    const { approved, pending } = day;
    const pieces = [piece("in", approved), piece("waits", pending)];
    return approved + pending > 0 && h("span.bar", { "aria-hidden": "true" }, pieces);
}

/** Names of which so many are on the screen. */
function people(list, shown = Infinity) {
    if (!list.length) {
        return null;
    }
    const person = ({ name, status, kind }, number) => {
        const waits = status === "pending" && h("span.sr", " (waiting)");
        const byHand = kind === "manual" && h("span.hand", " by hand");
        const named = `person${waits ? " waiting" : ""}${number < shown ? "" : " over"}`;
        return h("li", { class: named }, name || "without a name", waits, byHand);
    };
    return h("ul.people", list.map(person));
}

/** How many people of the office wait for a decision in these days. */
export function pendingPeople(office) {
    const people = (office.days ?? []).flatMap((day) => day.people);
    return new Set(people.filter((person) => person.status === "pending").map((person) => person.name)).size;
}

/** The same, with where it is decided. */
function waitingLink(office, week, { link }) {
    const number = pendingPeople(office);
    return number > 0 && h("a.pending", { href: link({ view: "waiting", office: office.office_id, week }) },
        `${digits(number)} waiting`, h("span.sr", ` in ${office.office_id}`));
}

/** The requests whose answers are what the table shows. */
function questionsOf({ state, week, search }) {
    const days = weekOf(week);
    return search.value.trim()
        ? state.shown.map((office) => ({ ...days, office_id: office.office_id }))
        : (state.pages.length ? state.pages : [null]).map((page) => ({ ...days, page }));
}

/** Waits until then, or until nobody is interested any more. */
function until(instant, signal) {
    return new Promise((resolve) => {
        setTimeout(resolve, instant.getTime() - Date.now());
        signal.addEventListener("abort", resolve);
    });
}

/**
 * Adds to `texts` the tables that answer the questions, as one: its first line and its mark of bytes stand only once.
 * Where the calls to Google are used up, this waits as long as the API says, and `tell` is told until when.
 */
async function tables(questions, texts, tell, signal) {
    while (texts.length < questions.length) {
        const asked = { ...questions[texts.length], format: "csv" };
        const [text, problem] = await outcome(getText("attendance", asked, signal));
        if (!problem) {
            texts.push(texts.length ? text.slice(text.indexOf("\n") + 1) : text);
        } else if (problem.sort === "lists-used-up" && problem.retryAt) {
            tell(problem.retryAt);
            await until(problem.retryAt, signal);
        } else {
            problem.detail = `${sentence(problem.detail)} Nothing was saved. Another try goes on from what was read.`;
            throw problem;
        }
    }
}

/** Saves what is shown as a file for spreadsheet programs: all of it, or nothing. `place` tells how that goes. */
function save(questions, { said, place, press, signal }) {
    const [texts, stop, words] = [[], new AbortController(), h("p", { role: "status" })];
    const stopping = button("Stop", () => {
        stop.abort();
        place.replaceChildren();
        press.focus();
        say("Nothing was saved.");
    });
    const tell = (instant) => {
        const read = `${digits(texts.length)} of ${count(questions.length, questions[0].office_id ? "office" : "part")}`;
        words.textContent = `Read so far: ${read}. Google allows only so many calls a minute: this goes on by itself at `
            + `${timeOf(instant)}, and the table is saved when it is complete.`;
        if (!stopping.isConnected) {
            place.append(stopping);
        }
    };
    const task = () => {
        place.append(words);
        return alone([press], () => tables(questions, texts, tell, AbortSignal.any([stop.signal, signal])));
    };
    if (questions.length) {
        load(place, task, () => saveAs(["attendance", said.office.replace(/[^\p{L}\p{N}]+/gu, "_"), said.week], texts));
    } else {
        say("There is nothing to save.");
    }
}

function saveAs(parts, texts) {
    const address = URL.createObjectURL(new Blob(texts, { type: "text/csv" }));
    h("a", { href: address, download: `${parts.filter(Boolean).join("-")}.csv` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
    say("The table is saved.");
}

/** Calls `act` when nothing has happened for a moment. */
function slowly(act) {
    let timer;
    return () => {
        clearTimeout(timer);
        timer = setTimeout(act, 250);
    };
}
