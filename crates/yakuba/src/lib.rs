#![doc = include_str!("../README.md")]

#[cfg(test)]
mod appointments;
pub mod cli;
mod commands;
mod demo;
#[cfg(test)]
mod equipment;
#[cfg(test)]
mod errands;
pub mod failure;
mod logs;
mod map;
pub mod place;
pub mod roles;
pub mod server;
pub mod services;

use std::process::ExitCode;

use clap::Parser as _;

use crate::failure::Outcome;

/// Large pages are thousands of small pieces made by one thread and freed by another: the C library's allocator spends more time on
/// them than the page itself takes.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Reads the command line, carries it out and says how it went by the exit code.
pub fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    logs::start(match cli.command {
        cli::Command::CapacityTest(_) => logs::TROUBLE,
        _ => logs::REQUESTS,
    });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => {
            let outcome = runtime.block_on(commands::run(cli));
            // A task that hangs must not keep the program from ending.
            runtime.shutdown_timeout(std::time::Duration::from_secs(5));
            outcome
        }
        Err(error) => Err(failure::Failure::new(format!(
            "the program could not start its threads: {error}. Free memory or raise the limit on processes"
        ))),
    };
    match outcome {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::NeedsReview) => ExitCode::from(3),
        Err(failure) => {
            failure.print();
            ExitCode::from(failure.code())
        }
    }
}
