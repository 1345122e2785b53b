//! Tasks, Act records and the life of an initiative.

use super::words;
use crate::model::document::LifeStage;

words! {
    /// Where a task stands.
    TaskState {
        /// To be done.
        Open => "open",
        /// Done.
        Done => "done",
        /// Given up, with a reason.
        Dropped => "dropped",
    }
}

words! {
    /// What happens to a task.
    TaskStep {
        /// It was made.
        Make => "make",
        /// Title, person or due date changed.
        Change => "change",
        /// It is done.
        Complete => "complete",
        /// It is given up.
        Drop => "drop",
        /// It is taken up again.
        Reopen => "reopen",
    }
}

impl TaskStep {
    /// The state after the step; none when it is not possible from `state`.
    pub fn take(self, state: TaskState) -> Option<TaskState> {
        match (self, state) {
            (Self::Complete, TaskState::Open) => Some(TaskState::Done),
            (Self::Drop, TaskState::Open) => Some(TaskState::Dropped),
            (Self::Change, TaskState::Open)
            | (Self::Reopen, TaskState::Done | TaskState::Dropped) => Some(TaskState::Open),
            _ => None,
        }
    }

    /// Whether the step says nothing without a text.
    pub const fn needs_text(self) -> bool {
        matches!(self, Self::Drop | Self::Reopen)
    }
}

words! {
    /// Where an Act record stands.
    ActState {
        /// Opened; cause and countermeasure are being looked for.
        Open => "open",
        /// The countermeasure is being carried out.
        InProgress => "in_progress",
        /// Finished, with what came of it.
        Done => "done",
    }
}

words! {
    /// What happens to an Act record.
    ActStep {
        /// It was opened.
        Open => "open",
        /// Its texts, owner or due date changed.
        Change => "change",
        /// The countermeasure begins; cause and countermeasure are known.
        Begin => "begin",
        /// It is finished; the text says what came of it.
        Finish => "finish",
        /// It is taken up again.
        Reopen => "reopen",
        /// A later year's plan takes it over.
        TakeOver => "take_over",
    }
}

impl ActStep {
    /// The state after the step; none when it is not possible from `state`.
    pub fn take(self, state: ActState) -> Option<ActState> {
        match (self, state) {
            (Self::Change, ActState::Open | ActState::InProgress) | (Self::TakeOver, _) => {
                Some(state)
            }
            (Self::Begin, ActState::Open) | (Self::Reopen, ActState::Done) => {
                Some(ActState::InProgress)
            }
            (Self::Finish, ActState::InProgress) => Some(ActState::Done),
            _ => None,
        }
    }

    /// Whether the step says nothing without a text.
    pub const fn needs_text(self) -> bool {
        matches!(self, Self::Finish | Self::Reopen | Self::TakeOver)
    }
}

words! {
    /// What happens to an initiative between two versions of the plan.
    LifeChange {
        /// 追加
        Added => "added",
        /// 完了
        Completed => "completed",
        /// 統合
        Merged => "merged",
        /// 休止
        Suspended => "suspended",
        /// 再開
        Resumed => "resumed",
        /// 目標の変更
        TargetChanged => "target_changed",
        /// 担当の変更
        DepartmentChanged => "department_changed",
    }
}

/// The stage of an initiative after a change of its life; none when the change is not possible now,
/// or is none of the stage (a changed target or department).
pub fn next_stage(change: LifeChange, stage: LifeStage) -> Option<LifeStage> {
    use LifeStage::{Completed, Merged, New, NewAndCompleted, Running, Suspended};
    match (change, stage) {
        (LifeChange::Completed, Running | Suspended) => Some(Completed),
        (LifeChange::Completed, New) => Some(NewAndCompleted),
        (LifeChange::Merged, Running | New | Suspended) => Some(Merged),
        (LifeChange::Suspended, Running | New) => Some(Suspended),
        (LifeChange::Resumed, Suspended | Completed | NewAndCompleted | Merged) => Some(Running),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_settled_task_is_changed_only_after_it_is_taken_up_again() {
        for step in TaskStep::ALL {
            let after = step.take(TaskState::Done);
            assert_eq!(after.is_some(), *step == TaskStep::Reopen);
        }
    }

    #[test]
    fn an_act_record_is_not_finished_before_it_began() {
        assert_eq!(ActStep::Finish.take(ActState::Open), None);
        assert_eq!(
            ActStep::Begin.take(ActState::Open),
            Some(ActState::InProgress)
        );
        assert_eq!(
            ActStep::Finish.take(ActState::InProgress),
            Some(ActState::Done)
        );
    }

    #[test]
    fn an_ended_initiative_can_only_be_resumed() {
        for change in LifeChange::ALL {
            let after = next_stage(*change, LifeStage::Completed);
            assert_eq!(after.is_some(), *change == LifeChange::Resumed);
        }
    }
}
