//! Where a process may end, and the same story with an end at each of these points.

use std::fmt;

use crate::scene::Scene;

/// A moment of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Nothing has happened yet.
    BeforeSending,
    /// The service has done what it was asked for; it never answers.
    AfterEffect,
    /// The answer is on its way.
    BeforeReading,
}

/// The moments in their order.
const MOMENTS: [Moment; 3] = [Moment::BeforeSending, Moment::AfterEffect, Moment::BeforeReading];

/// The point at which a process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// Which of its calls; the first is 0.
    pub number: usize,
    /// When.
    pub moment: Moment,
}

/// A story whose process ended at a point.
pub struct Ending<T> {
    /// The name of the call.
    pub call: String,
    /// When.
    pub moment: Moment,
    /// What came of it.
    pub outcome: T,
}

/// Plays a story undisturbed, then once for each point at which its process may end, each time in a world of its own.
pub fn at_every_point<T>(hold: bool, story: &impl AsyncFn(&mut Scene) -> T) -> Vec<Ending<T>> {
    // A test that fails shows the last of these lines.
    println!("nothing ends");
    let (calls, _) = play(hold, story, [None, None]);
    let mut endings = Vec::new();
    for (point, call) in points(&calls) {
        println!("the process ends at {point:?}, {call}");
        let (made, outcome) = play(hold, story, [Some(point), None]);
        assert_eq!(made, calls[..=point.number], "the calls before the end");
        endings.push(Ending { call, moment: point.moment, outcome });
    }
    endings
}

/// Plays a story undisturbed, then once for each point at which its process may end, and for each of these once for each
/// point at which the process that repeats its work may end.
pub fn at_every_two_points(story: &impl AsyncFn(&mut Scene)) {
    println!("nothing ends");
    let (calls, ()) = play(false, story, [None, None]);
    for (first, call) in points(&calls) {
        println!("the process ends at {first:?}, {call}");
        let (calls, ()) = play(false, story, [Some(first), None]);
        for (second, call) in points(&calls) {
            println!("and the next one at {second:?}, {call}");
            let (made, ()) = play(false, story, [Some(first), Some(second)]);
            assert_eq!(made, calls[..=second.number], "the calls before the second end");
        }
    }
}

/// Plays a story in a world of its own. Answers the names of its process's calls, and what came of it.
fn play<T>(hold: bool, story: &impl AsyncFn(&mut Scene) -> T, points: [Option<Point>; 2]) -> (Vec<String>, T) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut scene = Scene::set(hold, points).await;
        let outcome = story(&mut scene).await;
        (scene.finish(), outcome)
    })
}

/// Each moment of each of these calls.
fn points(calls: &[String]) -> impl Iterator<Item = (Point, String)> {
    assert!(!calls.is_empty(), "the process called nobody");
    let moments = |(number, call): (usize, &String)| MOMENTS.map(|moment| (Point { number, moment }, call.clone()));
    calls.iter().enumerate().flat_map(moments)
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BeforeSending => "before it is sent",
            Self::AfterEffect => "after its effect",
            Self::BeforeReading => "before its answer is read",
        })
    }
}
