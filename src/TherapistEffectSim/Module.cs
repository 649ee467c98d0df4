// Locals of the hot loop are written before they are read: the compiler need not clear them at every call.
[module: System.Runtime.CompilerServices.SkipLocalsInit]
