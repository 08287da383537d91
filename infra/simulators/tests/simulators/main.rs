//! The simulators, asked over plain HTTP as the services they stand for are.

#[cfg(test)]
mod dynamodb;
#[cfg(test)]
mod events;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod forms;
#[cfg(test)]
mod lambda;
#[cfg(test)]
mod listing;
#[cfg(test)]
mod moves;
#[cfg(test)]
mod parameters;
#[cfg(test)]
mod process;
#[cfg(test)]
mod quota;
#[cfg(test)]
mod scheduler;
#[cfg(test)]
mod series;
#[cfg(test)]
mod sheets;
#[cfg(test)]
mod strictness;
#[cfg(test)]
mod tamper;
#[cfg(test)]
mod tokens;
#[cfg(test)]
mod wire;
