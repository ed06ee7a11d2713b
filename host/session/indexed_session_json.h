// A session of the index as a line of JSON, and back.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "host/session/index_keys.h"
#include "host/session/session_index.h"

namespace kato {

[[nodiscard]] IndexedSession indexed_session_of(const SessionMeta& meta);

// The keys first; without a newline.
[[nodiscard]] std::string indexed_session_to_json(const IndexedSession& session,
                                                  const SessionKeys& keys);

// Keeps a parser and buffers: reused for many lines.
class IndexedSessionReader {
 public:
  IndexedSessionReader();
  ~IndexedSessionReader();
  IndexedSessionReader(const IndexedSessionReader&) = delete;
  IndexedSessionReader& operator=(const IndexedSessionReader&) = delete;
  IndexedSessionReader(IndexedSessionReader&&) = delete;
  IndexedSessionReader& operator=(IndexedSessionReader&&) = delete;

  // Nothing if it is not such a line. Its fields are valid until the next call.
  [[nodiscard]] const IndexedSession* read(std::string_view line);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace kato
