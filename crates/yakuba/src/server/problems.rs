//! What a person or a program reads when something did not work.
