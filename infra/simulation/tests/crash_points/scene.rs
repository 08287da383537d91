//! Where a story plays: a world, one process that may end, and others that nothing happens to.

use std::sync::Arc;

use moffman::app::Moffman;
use moffman_simulation::{Company, Manner};

use crate::point::{Moment, Point};
use crate::watch::{Effect, PROCESS, Watch};

/// A company whose calls are watched.
pub struct Scene {
    pub company: Company,
    point: Option<Point>,
    /// Where the process ends that repeats the work.
    second: Option<Point>,
    watch: Arc<Watch>,
}

impl Scene {
    /// A new world; `hold` is the policy for unknown outcomes. A process may end at the first point, and the one that repeats
    /// its work at the second.
    pub async fn set(hold: bool, [point, second]: [Option<Point>; 2]) -> Self {
        let company = Company::found(1, &Manner::plain(hold)).await.unwrap();
        let watch = Arc::new(Watch::new(point));
        company.world.direct(watch.clone());
        Self { company, point, second, watch }
    }

    /// Starts a process that nothing happens to.
    pub fn another_process(&mut self) -> Moffman {
        self.company.process("another").unwrap()
    }

    /// Starts the process that may end and has it work. `None` when it ended, as it then must.
    pub async fn work<T, F>(&mut self, work: impl FnOnce(Moffman) -> F) -> Option<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let process = self.company.process(PROCESS).unwrap();
        let (calls, effects) = (self.company.world.mark(), self.effects().len());
        let done = self.watch.run(work(process)).await;
        assert_eq!(done.is_none(), self.point.is_some(), "the process ends where it is to, and nowhere else");
        if let Some(Point { moment, .. }) = self.point {
            let calls = self.company.world.calls_since(calls);
            let without_effect = calls.len() - (self.effects().len() - effects);
            assert_eq!(without_effect, usize::from(moment == Moment::BeforeSending), "the last call has its effect");
            let is_answered = calls.last().is_some_and(|call| call.status.is_some());
            assert_eq!(is_answered, moment == Moment::BeforeReading, "the last call is answered");
        }
        done
    }

    /// The same for a process that repeats the work and may end, too.
    pub async fn work_again<T, F>(&mut self, work: impl FnOnce(Moffman) -> F) -> Option<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        self.point = self.second;
        self.watch.begin_again(self.point);
        self.work(work).await
    }

    /// What happened so far, in this order.
    pub fn effects(&self) -> Vec<Effect> {
        self.watch.effects()
    }

    /// Checks that nobody was asked anything strange. Answers the names of the calls of the process that worked last.
    pub fn finish(&self) -> Vec<String> {
        assert_eq!(self.company.world.violations(), [""; 0]);
        self.watch.calls()
    }
}
