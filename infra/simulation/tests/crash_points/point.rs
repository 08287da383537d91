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
    let play = |point| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut scene = Scene::set(hold, point).await;
            let outcome = story(&mut scene).await;
            (scene.finish(), outcome)
        })
    };
    // A test that fails shows the last of these lines.
    println!("nothing ends");
    let (calls, _) = play(None);
    assert!(!calls.is_empty(), "the process called nobody");
    let mut endings = Vec::new();
    for (number, call) in calls.iter().enumerate() {
        for moment in MOMENTS {
            println!("the process ends at call {number}, {call}, {moment}");
            let (made, outcome) = play(Some(Point { number, moment }));
            assert_eq!(made, calls[..=number], "the calls before the end");
            endings.push(Ending { call: call.clone(), moment, outcome });
        }
    }
    endings
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
