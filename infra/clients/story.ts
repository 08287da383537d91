// A workflow's day with the TypeScript client that is typed by what was generated from the OpenAPI document.

import assert from "node:assert/strict";

import createClient from "openapi-fetch";

import type { components, paths } from "./moffman.js";

type Problem = components["schemas"]["Problem"];
// Attendance could also be a table.
type Media = "application/json" | "application/problem+json";
type Request = components["schemas"]["ReservationRequest"];

const [baseUrl = "", key = "", office_id = "", day = ""] = process.argv.slice(2);
const client = createClient<paths, Media>({ baseUrl, headers: { "x-api-key": key } });

/** What came back from a request that must succeed. */
function done<T>({ data, error }: { data?: T; error?: Problem }): T {
  assert.equal(error, undefined);
  assert.ok(data !== undefined);
  return data;
}

/** What came back from a request that must fail. */
function refused({ error }: { error?: Problem }): Problem {
  assert.ok(error !== undefined, "nothing is wrong");
  return error;
}

/** The day so many days later, or before. */
function after(days: number): string {
  return new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);
}

function request(name: string): Request {
  const user = { name, email: "ada@example.com" };
  return { user, approved: false, start: day, end: after(1), request_dt: "8:00", office_id };
}

async function register(name: string): Promise<string> {
  const placed = done(await client.POST("/api/v1/reservations", { body: request(name) }));
  assert.deepEqual([placed.status, placed.start], ["pending", day]);
  return placed.id;
}

async function officesAreListed(): Promise<void> {
  const { offices, next } = done(await client.GET("/api/v1/offices"));
  assert.ok(offices.some((office) => office.office_id === office_id));
  assert.equal(next, null);
}

async function reservationIsListedAndApproved(): Promise<void> {
  const id = await register("Ada Example");
  const query = { office_id, from: day, to: day };
  const { reservations } = done(await client.GET("/api/v1/reservations", { params: { query } }));
  const listed = reservations.find((one) => one.id === id);
  assert.ok(listed && listed.etag !== null);
  assert.deepEqual([listed.status, listed.form, listed.ended], ["pending", null, null]);
  const params = { path: { id }, header: { "if-match": listed.etag } };
  const approve = await client.POST("/api/v1/reservations/{id}/approve", { params, body: { office_id } });
  assert.equal(done(approve).status, "approved");
}

async function somebodyIsIn(): Promise<void> {
  const query = { office_id, from: day, to: day };
  const { offices } = done(await client.GET("/api/v1/attendance", { params: { query } }));
  const people = offices.flatMap((office) => office.days ?? []).flatMap((one) => one.people);
  assert.ok(people.some((person) => person.name === "Ada Example"));
}

async function reservationsAreEnded(): Promise<void> {
  const rejected = await register("Bob Example");
  const reject = await client.POST("/api/v1/reservations/{id}/reject", {
    params: { path: { id: rejected } },
    body: { office_id, reason: "no room" },
  });
  const { status, reason, url } = done(reject);
  assert.deepEqual([status, reason, url], ["rejected", "no room", null]);
  const problem = refused(await client.POST("/api/v1/reservations", { body: request("Bob Example") }));
  assert.deepEqual([problem.type, problem.ended], ["urn:moffman:problem:reservation-ended", "rejected"]);
  const params = { path: { id: await register("Cora Example") }, query: { office_id } };
  assert.equal(done(await client.DELETE("/api/v1/reservations/{id}", { params })).status, "cancelled");
  const found = done(await client.GET("/api/v1/reservations/{id}", { params }));
  assert.deepEqual([found.status, found.name], ["cancelled", null]);
  assert.ok(found.ended !== null);
}

/** The form service refuses the form of a day that a person has entered by hand. */
async function formIsSettled(): Promise<void> {
  const body = { office_id };
  assert.equal(done(await client.POST("/api/v1/sweeps", { body })).forms.refused, 1);
  const query = { office_id, state: "waiting" as const };
  const { forms, next } = done(await client.GET("/api/v1/forms", { params: { query } }));
  const [form, ...others] = forms;
  assert.ok(form && others.length === 0 && next === null);
  assert.deepEqual([form.issued_at, form.failures], [null, 1]);
  const settled = await client.POST("/api/v1/forms/{form_id}/discard", {
    params: { path: { form_id: form.id } },
    body: { outcome: "arrived" },
  });
  assert.equal(done(settled).state, "discarded");
  assert.equal(done(await client.POST("/api/v1/sweeps", { body })).events_approved, 1);
}

async function problemNamesEveryMistake(): Promise<void> {
  const body = { ...request(" "), end: after(-1) };
  const problem = refused(await client.POST("/api/v1/reservations", { body }));
  assert.deepEqual([problem.status, problem.field], [422, "user.name"]);
  assert.deepEqual(problem.errors?.map((error) => error.pointer), ["#/user/name", "#/end"]);
  const asked = await client.GET("/api/v1/reservations", { params: { query: { office_id, limit: 0 } } });
  assert.equal(refused(asked).errors?.[0]?.parameter, "limit");
}

await officesAreListed();
await reservationIsListedAndApproved();
await somebodyIsIn();
await reservationsAreEnded();
await formIsSettled();
await problemNamesEveryMistake();
