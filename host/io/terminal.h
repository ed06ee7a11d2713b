#pragma once

namespace kato {

// Standard input, output and error lead nowhere from here on.
void leave_terminal();

}  // namespace kato
