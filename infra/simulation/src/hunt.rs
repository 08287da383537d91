//! Looks for planted bugs: each must be found by one of the seeds, which has no breach without it. Replays one seed.

use std::ops::{ControlFlow, Range};
use std::process::{Command, Stdio};

use moffman_simulation::bugs::{LAYERS, Layer, Patch, patches};
use moffman_simulation::{ScheduleOutcome, play_all, simulate, simulate_with};
use moffman_testbed::Trouble;

use crate::progress::Progress;

/// Enough schedules to show whether a layer does anything at all.
const FEW: usize = 40;

/// A planted bug.
enum Bug {
    Layer(&'static Layer),
    Patch(Patch),
}

/// The first seed that finds a bug, and the breach that it finds.
pub(crate) struct FirstFinding {
    pub(crate) seed: u64,
    pub(crate) breach: String,
}

/// Looks for each bug, or the one of this name. Answers whether all are found.
pub(crate) fn hunt(seeds: &Range<u64>, name: Option<&str>) -> Result<bool, Trouble> {
    let bugs = bugs(name)?;
    println!("{} planted bugs; seeds from {} (FIRST)", bugs.len(), seeds.start);
    let mut missed = Vec::new();
    for bug in &bugs {
        match bug.find(seeds) {
            Ok(Some(FirstFinding { seed, breach })) => {
                println!("{}: found after {} seeds, by {seed}: {breach}", bug.name(), seed - seeds.start + 1);
                continue;
            }
            Ok(None) => println!("{}: not found by {} seeds. {}", bug.name(), seeds.end - seeds.start, bug.breaks()),
            Err(trouble) => println!("{}: {trouble}", bug.name()),
        }
        missed.push(bug.name());
    }
    if missed.is_empty() {
        println!("{} planted bugs, all found", bugs.len());
    } else {
        println!("{} planted bugs, {} not found: {}", bugs.len(), missed.len(), missed.join(", "));
    }
    Ok(missed.is_empty())
}

/// Plays one schedule, with the bug of this name if there is one, and tells its story. Answers whether nothing was wrong.
pub(crate) fn replay(seed: u64, name: Option<&str>) -> Result<bool, Trouble> {
    let Some(name) = name else { return Ok(tell(&simulate(seed)?)) };
    Ok(match bugs(Some(name))?.swap_remove(0) {
        Bug::Layer(layer) => tell(&simulate_with(seed, Some(layer))?),
        Bug::Patch(patch) => Command::new(patch.build()?).args(["--seed", &seed.to_string()]).status()?.success(),
    })
}

fn tell(outcome: &ScheduleOutcome) -> bool {
    outcome.story.iter().for_each(|line| println!("{line}"));
    outcome.breaches.iter().for_each(|breach| println!("{breach:?}"));
    outcome.breaches.is_empty()
}

/// Plays schedules until one has a breach.
pub(crate) fn find(seeds: Range<u64>, layer: Option<&Layer>, progress: &str) -> Result<Option<FirstFinding>, Trouble> {
    let mut found = None;
    let mut progress = Progress::new(progress, seeds.end - seeds.start);
    play_all(seeds, layer, |outcome| {
        progress.step();
        let Some(breach) = outcome.breaches.first() else { return ControlFlow::Continue(()) };
        found = Some(FirstFinding { seed: outcome.seed, breach: format!("{breach:?}") });
        ControlFlow::Break(())
    })?;
    Ok(found)
}

fn bugs(name: Option<&str>) -> Result<Vec<Bug>, Trouble> {
    let layers = LAYERS.iter().map(Bug::Layer);
    let mut bugs: Vec<Bug> = layers.chain(patches()?.into_iter().map(Bug::Patch)).collect();
    if let Some(name) = name {
        let names: Vec<&str> = bugs.iter().map(Bug::name).collect();
        let unknown = format!("no planted bug is called {name}; there are {}", names.join(", "));
        bugs.retain(|bug| bug.name() == name);
        if bugs.is_empty() {
            return Err(unknown.into());
        }
    }
    Ok(bugs)
}

impl Bug {
    fn name(&self) -> &str {
        match self {
            Self::Layer(layer) => layer.name,
            Self::Patch(patch) => &patch.name,
        }
    }

    fn breaks(&self) -> &str {
        match self {
            Self::Layer(layer) => layer.breaks,
            Self::Patch(patch) => &patch.breaks,
        }
    }

    fn find(&self, seeds: &Range<u64>) -> Result<Option<FirstFinding>, Trouble> {
        let found = match self {
            Self::Layer(layer) => find(seeds.clone(), Some(layer), &format!("{}: ", layer.name))?,
            Self::Patch(patch) => find_patched(patch, seeds)?,
        };
        if let (Self::Layer(layer), None) = (self, &found)
            && !spoils_anything(layer, seeds)?
        {
            return Err("the layer does not spoil anything: what it looks for is not sent any more".into());
        }
        if let Some(FirstFinding { seed, .. }) = found
            && let Some(breach) = simulate(seed)?.breaches.first()
        {
            return Err(format!("seed {seed} has a breach, but also without the bug: {breach:?}").into());
        }
        Ok(found)
    }
}

/// Whether anything goes differently with the layer than without it.
fn spoils_anything(layer: &Layer, seeds: &Range<u64>) -> Result<bool, Trouble> {
    for seed in seeds.clone().take(FEW) {
        if simulate(seed)?.story != simulate_with(seed, Some(layer))?.story {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Has the patched program look. It says the seed and, after a space, the breach.
fn find_patched(patch: &Patch, seeds: &Range<u64>) -> Result<Option<FirstFinding>, Trouble> {
    let (first, count) = (seeds.start.to_string(), (seeds.end - seeds.start).to_string());
    let mut program = Command::new(patch.build()?);
    program.args(["--until-breach", "--first", &first, &count]);
    let said = program.stderr(Stdio::inherit()).output()?;
    let line = String::from_utf8(said.stdout)?;
    match line.trim_end().split_once(' ') {
        Some((seed, breach)) => Ok(Some(FirstFinding { seed: seed.parse()?, breach: breach.to_owned() })),
        None if said.status.success() => Ok(None),
        None => Err(format!("the program with {} broke off: {}", patch.name, said.status).into()),
    }
}
