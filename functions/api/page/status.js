// How it is going: what scheduled sweeps and reloads noted, and a sweep by order.

import { get, post } from "./api.js";
import { alone, button, count, digits, distance, h, load, moment, open, question, sentence, turn } from "./dom.js";

/** How late a sweep or a reload may be before it counts as stopped, in milliseconds. */
const PATIENCE = 120_000;
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
            lead.classList.toggle("good", !needs.length && answer.sweeps.length > 0);
            content.append(...sections(answer));
        });
    };
    ask();
}

/** The number of a part of the calendars, and how many there are. */
const partOf = ({ shard }) => shard.split("-of-").map(Number);
const isLate = ({ next_due: due }) => due && Date.now() - new Date(due).getTime() > PATIENCE;

/** What does not go by itself, the worst first. */
function needsOf({ sweeps, reload, offices, forms }) {
    const whole = ({ problems, problems_unlisted: unlisted }) => problems.length + unlisted;
    const [inTrouble, rows] = [whole(offices), whole(reload)];
    return [
        sweeps.some((sweep) => isLate(sweep) || sweeps.length < partOf(sweep)[1]) && "sweeps are overdue",
        sweeps.some(({ outcome }) => outcome === "failed") && "the last sweep failed",
        isLate(reload) && "the spreadsheet is read too late",
        reload.outcome === "failed" && "the spreadsheet cannot be read",
        reload.kept.length > 0 && "a part of the spreadsheet is used as it was before",
        inTrouble > 0 && `${count(inTrouble, "office")} in trouble`,
        rows > 0 && `${count(rows, "row")} of the spreadsheet cannot be used`,
        forms.held > 0 && `${count(forms.held, "form")} held until somebody decides`,
        forms.without_event > 0 && `${count(forms.without_event, "form")} without an event`,
    ].filter(Boolean);
}

function sections({ sweeps, reload, offices, forms }) {
    return [
        section("Sweeps", sweeps.map(sweepLine), "There was no scheduled sweep yet."),
        section("Spreadsheet", reloadLines(reload), "There is no spreadsheet, or it was not read on a schedule yet."),
        section("Forms", [formNumbers(forms)], ""),
        section("Offices in trouble", [list(offices, officeLine)], "Every office was swept."),
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
    const [shard, shards] = partOf(sweep);
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
        act: () => alone([opener], () => post("sweeps", {})),
        done: (report) => tell(report, then),
    });
    const submit = dialog.querySelector("button.main");
    const opener = button("Sweep now…", () => {
        turn([submit], false);
        plan.replaceChildren(h("p", { role: "status" }, "Asking what a sweep would do…"));
        open(dialog);
        load(plan, () => post("sweeps", { dry_run: true }), (report) => {
            plan.append(...planOf(report));
            turn([submit], true);
        });
    });
    return opener;
}

function planOf({ plans = [], problems }) {
    const steps = plans.filter(({ plan }) => plan.length);
    const office = ({ office, plan }) => h("li", h("strong", office), h("ul", plan.map((step) => h("li", step))));
    const nothing = problems.length ? "" : h("p", "There is nothing to do.");
    return [
        steps.length ? h("p", "A sweep would do this:") : nothing,
        steps.length ? h("ul", steps.map(office)) : "", ...troubles(problems)];
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
