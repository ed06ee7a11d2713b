// A finished log, written again the way its client writes it: a moment after the other.
#pragma once

#include <deque>
#include <kato/provider.h>
#include <kato/testkit/mutation.hpp>
#include <string>
#include <string_view>

namespace kato::test {

enum class Stroke : uint8_t {
  kAppend,   // the bytes go to the end
  kRewrite,  // the file is cut to nothing and written anew
  kReplace,  // a file beside it takes its place
};

struct Moment {
  Stroke stroke = Stroke::kAppend;
  std::string bytes;
  bool is_half = false;  // the rest follows in the next moment
};

// Append logs: an empty file at first or not; one record a write, several records a write, or
// writes that end anywhere. Documents: with their items so far, the last one perhaps still without
// what its client adds later; rewritten in place (perhaps seen half written) or replaced. The last
// moment leaves exactly `log`. most: about how many moments there are.
[[nodiscard]] std::deque<Moment> moments_of(std::string_view log, kato_growth growth, size_t most,
                                            testkit::Seeded& random);

// Writes it to the file.
void strike(const std::string& path, const Moment& moment);

}  // namespace kato::test
