interface-done = 答（こた）え
