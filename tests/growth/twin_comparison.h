// Two accounts of a conversation, compared as far as they must agree.
#pragma once

#include <string>
#include <string_view>

namespace kato::test {

// Lines of events. Capture times and seqs do not count, and of an event that was stated several
// times only the last statement does, in the place of the first. What a document says around
// its items may have been said otherwise, and earlier, when there were fewer. "": they agree; else
// the first difference.
[[nodiscard]] std::string difference_of_twins(std::string_view grown, std::string_view at_once,
                                              bool is_document);

}  // namespace kato::test
