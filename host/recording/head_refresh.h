// The head of a file that existed before a recording began in it.
#pragma once

#include <functional>

#include "host/base/error.h"
#include "host/plugin/sink_handle.h"
#include "host/policy/path_policy.h"
#include "host/session/session_meta.h"

namespace kato {

struct HeadRefresh {
  FileSystem& files;
  const Decision& place;
  const std::function<Status()>& commit;  // the recording, with its intent
};

// True if the file has a new head now. False if it needs none, or cannot be given one: it was
// changed meanwhile, its owner cannot be kept, the file system cannot exchange files.
[[nodiscard]] Result<bool> refresh_head(const HeadRefresh& step, Renderer& renderer,
                                        RecordingMeta& recording);

}  // namespace kato
