// One growing conversation of each agent, in the layout of its home folder.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

#include "bench/generate/vocabulary.h"

namespace kato::bench {

struct LogRequest {
  uint64_t bytes;  // stop at the end of the turn in which so many are reached
  uint64_t seed;
};

// The path below the home folder.
[[nodiscard]] std::string claude_path(const LogRequest& request);
[[nodiscard]] std::string codex_path(const LogRequest& request);
[[nodiscard]] std::string codex_document_path(const LogRequest& request);
[[nodiscard]] std::string gemini_path(const LogRequest& request);
[[nodiscard]] std::string gemini_document_path(const LogRequest& request);

void write_claude(std::ostream& out, const LogRequest& request);
void write_codex(std::ostream& out, const LogRequest& request);
// The form of before May 2025: one document, without times.
void write_codex_document(std::ostream& out, const LogRequest& request);
void write_gemini(std::ostream& out, const LogRequest& request);
// The form of before 2026: one document.
void write_gemini_document(std::ostream& out, const LogRequest& request);

}  // namespace kato::bench
