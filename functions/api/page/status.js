// How it is going: what scheduled sweeps and reloads noted, and a sweep by order.

import { get, post } from "./api.js";
import { allPending } from "./decisions.js";
import {
    button, clock, count, day, days, digits, distance, h, later, load, moment, open, outcome, question, sentence, turn,
    written,
} from "./dom.js";

/** How late a sweep or a reload may be before it counts as stopped, in milliseconds. */
const PATIENCE = 120_000;
/** Of how many offices a plan says who is meant; each is a call to Google. */
const NAMED = 10;
/** How many days after the first one are listed at most. */
const LISTED = 91;
const AND = new Intl.ListFormat("en");

/** Draws the view. */
export function show(place, said, frame) {
    const lead = h("p.lead", { role: "status" });
    const content = h("div.status");
    const tools = h("div.tools", button("Refresh", () => ask()), frame.may("operator") && sweepNow(() => ask()));
    place.append(h("div.head", h("h1", "Status"), tools), lead, content);
    const ask = () => {
        lead.textContent = "";
        load(content, () => get("status", {}, frame.signal), (answer) => {
            const needs = needsOf(answer);
            const calm = answer.sweeps.length ? "Everything runs." : "No sweep has run on a schedule yet.";
            lead.textContent = needs.length ? `This needs a person: ${AND.format(needs)}.` : calm;
            lead.classList.toggle("good", !needs.length);
            content.append(...sections(answer));
        });
    };
    ask();
}

const isLate = ({ next_due: due }) => due && Date.now() - new Date(due).getTime() > PATIENCE;

/** What does not go by itself, the worst first. */
function needsOf({ sweeps, reload, offices, forms }) {
    const whole = ({ problems, problems_unlisted: unlisted }) => problems.length + unlisted;
    const [inTrouble, rows] = [whole(offices), whole(reload)];
    return [
        sweeps.some(isLate) && "sweeps are overdue",
        sweeps.some(({ outcome }) => outcome === "failed") && "the last sweep failed",
        isLate(reload) && "the spreadsheet is read too late",
        reload.outcome === "failed" && "the spreadsheet cannot be read",
        inTrouble > 0 && `${count(inTrouble, "office")} cannot be swept`,
        rows > 0 && `${count(rows, "row")} of the spreadsheet cannot be used`,
        forms.held > 0 && `${count(forms.held, "form")} held until somebody decides`,
    ].filter(Boolean);
}

function sections({ sweeps, reload, offices, forms }) {
    return [
        section("Sweeps", sweeps.map(sweepLine), "There was no scheduled sweep yet."),
        section("Spreadsheet", reloadLines(reload), "There is no spreadsheet, or it was not read on a schedule yet."),
        section("Forms", [formNumbers(forms)], ""),
        section("Offices that cannot be swept", [list(offices, officeLine)], "Every office was swept."),
        section("Rows left out", [list(reload, rowLine)], "No row of the spreadsheet is left out."),
    ];
}

function section(title, parts, nothing) {
    const known = parts.filter(Boolean);
    return h("section.card", h("h2", title), known.length ? known : h("p.good", nothing));
}

const OUTCOMES = { ok: "went well", partly: "went partly well", failed: "failed" };

/** When something ran last and when it is due, with what is wrong in words. */
function run(said, name, more = "") {
    const { last, outcome, next_due: due } = said;
    const mark = h("span", { class: `badge ${outcome}` }, OUTCOMES[outcome] ?? outcome);
    return h("dl",
        name && [h("dt", name), h("dd", more)],
        h("dt", "Last"), h("dd", moment(last), " ", mark),
        h("dt", "Next"),
        h("dd", due ? moment(due) : "when somebody orders it", " ", isLate(said) && h("span.badge.failed", "overdue")));
}

function sweepLine(sweep) {
    const [shard, shards] = sweep.shard.split("-of-").map(Number);
    const failed = sweep.failed > 0 ? `, ${digits(sweep.failed)} of them not read` : "";
    const part = shards > 1 ? `Part ${shard + 1} of ${shards}` : "Calendars";
    return run(sweep, part, `${count(sweep.offices, "calendar")}${failed}`);
}

function reloadLines(reload) {
    const kept = reload.kept.map((range) => h("p", `${range.range} is used as it was before: ${range.why}.`));
    return reload.last ? [run(reload), ...kept] : [];
}

function formNumbers(forms) {
    const oldest = forms.oldest_open_seconds;
    const known = [
        ["Open", forms.open], ["Held", forms.held], ["Waiting", forms.waiting], ["In doubt", forms.in_doubt],
        ["Without an event", forms.without_event], ["Oldest found", oldest === null ? "none" : distance(-oldest)],
    ];
    const shown = (value) => (typeof value === "number" ? digits(value) : value);
    return h("dl.numbers", known.map(([name, value]) => h("div", h("dt", name), h("dd", shown(value)))));
}

/** A list whose end may be left out. */
function list({ problems, problems_unlisted: unlisted }, line) {
    const rest = unlisted > 0 && h("li", `and ${digits(unlisted)} more`);
    return problems.length > 0 && h("ul.problems", problems.map(line), rest);
}

const officeLine = ({ office_id: office, since, problem }) =>
    h("li", h("strong", office), ": ", sentence(problem), " Since ", moment(since), ".");
const rowLine = ({ range, row, problem }) => h("li", h("strong", `${range}, row ${row}`), ": ", sentence(problem));

/** A button that says what a sweep would do before it is ordered. */
function sweepNow(then) {
    const plan = h("div.plan");
    const dialog = question({
        title: "Sweep now?", parts: plan, text: "Sweep now",
        act: () => post("sweeps", {}),
        done: (report) => tell(report, then),
    });
    const submit = dialog.querySelector("button.main");
    return button("Sweep now…", () => {
        turn([submit], false);
        plan.replaceChildren(h("p", { role: "status" }, "Asking what a sweep would do…"));
        open(dialog);
        load(plan, planned, (report) => {
            plan.append(...planOf(report));
            turn([submit], true);
        });
    });
}

/** What a sweep would do, with the names of those whose events it is about, as far as they can be read. */
async function planned() {
    const { plans = [], problems } = await post("sweeps", { dry_run: true });
    const offices = plans.map(({ office, plan }) => ({ office, steps: plan.map(stepOf) }));
    const asked = offices.map(questionOf).filter(Boolean).slice(0, NAMED);
    const answers = await Promise.all(asked.map((question) => outcome(allPending(question))));
    const known = answers.flatMap(([answer]) => answer?.reservations ?? []);
    return { offices, problems, names: new Map(known.map(({ id, name }) => [id, name])) };
}

/** What lists the events that the steps are about. */
function questionOf({ office, steps }) {
    const known = steps.filter(({ id, start }) => id && start);
    const [from] = known.map(({ start }) => start).sort();
    const to = known.map(({ end }) => end).sort().at(-1);
    return from && { office_id: office, status: "pending", from, to: [to, later(from, LISTED)].sort()[0] };
}

/** How a line of a plan goes on about an event, in words of people. */
const VERBS = {
    approve: "is approved, and the form sent where forms are on",
    "send the form again and approve": "the form is sent again, and it is approved",
    "wait with": "waits",
    close: "needs nothing any more",
    keep: "stays",
    "look at": "is looked at",
    leave: "stays",
    "leave the form of": "the form is left",
};
const EVENT = new RegExp(`^(${Object.keys(VERBS).join("|")}) (\\S{5,}?)(?: for ([-\\d]{10})/([-\\d]{10}))?(:? .*)?$`);

/** A line of a plan, which names events by their ids and days as the API writes them, taken apart for people. */
function stepOf(line) {
    const [, number, why] = /^leave (\d+): (.*)/.exec(line) ?? [];
    if (number) {
        return { rests: true, words: sentence(`${count(Number(number), "event")} left alone: ${why}`) };
    }
    const [, verb, id, start, end, rest = ""] = EVENT.exec(line) ?? [];
    if (!id) {
        return { words: sentence(inWords(line)) };
    }
    const what = rest.startsWith(" on ") ? "is approved" : VERBS[verb];
    return { id, start, end, rests: verb === "wait with", words: `${what}${inWords(rest).replaceAll(": ", "; ")}.` };
}

/** A text of the library with the reader's dates, and without the ids of forms and how they are sent by hand. */
function inWords(text) {
    const date = (_, start, end, time) => (time ? clock(start + time) : end ? days({ start, end }) : day(start));
    return text.replace(/form \S+ that was/, "form that was").replace(/; to send that once more.*? true/, "")
        .replace(/(\d{4}-\d\d-\d\d)(?:\/([-\d]{10})|(T\S+Z))?/g, date);
}

function planOf({ offices, names, problems }) {
    const who = ({ id, start, end }) =>
        id && [h("strong", names.get(id) || "An event"), start && [", ", written(days({ start, end }))], ": "];
    const step = (known) => h("li", who(known), known.words);
    const listed = offices.filter(({ steps }) => steps.length);
    const office = ({ office, steps }) => h("li", h("strong", office), h("ul", steps.map(step)));
    const isWork = offices.some(({ steps }) => steps.some(({ rests }) => !rests));
    return [
        h("p", isWork ? "A sweep would do this:" : "There is nothing to do."),
        listed.length ? h("ul", listed.map(office)) : "", ...troubles(problems)];
}

function troubles(problems) {
    const line = ({ office, problem }) => h("li", h("strong", office), ": ", sentence(problem));
    return problems.length ? [h("p", "What is in the way:"), h("ul", problems.map(line))] : [];
}

/** Shows the report of a sweep that was ordered. */
function tell(report, then) {
    const { events_approved: approved, forms, offices_swept: swept, offices_failed: failed, open: left } = report;
    const words = [
        `${count(swept, "calendar")} swept, ${digits(failed)} failed.`,
        `${count(approved, "event")} approved, ${count(forms.issued, "form")} issued.`,
        `${count(left, "event")} left open.`,
    ];
    const parts = [words.map((line) => h("p", line)), troubles(report.problems)];
    const dialog = question({ title: "The sweep is done", parts, close: "Close" });
    dialog.addEventListener("close", then);
    open(dialog);
}
