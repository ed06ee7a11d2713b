// A whole conversation into one file, once: events in, a finished file out.
#pragma once

#include <memory>
#include <string>

#include "host/base/error.h"
#include "host/io/file_system.h"
#include "host/plugin/sink_handle.h"
#include "host/recording/render_stage.h"
#include "host/recording/spool.h"

namespace kato {

struct ExportRequest {
  const Sink* sink = nullptr;
  std::string options_json;
  SessionRef session;
  TimeZone zone;
  std::string spool_path;  // in the folder of the destination; made only for long conversations
  bool goes_on = false;    // behind content that is there: without a head
};

// One export. One thread at a time.
class ExportWriter {
 public:
  // The session in `request` is copied.
  [[nodiscard]] static Result<std::unique_ptr<ExportWriter>> begin(FileSystem& files,
                                                                   ExportRequest request);
  // Renders one event. After an error the export is over.
  Status take(const Event& event);
  // Hands the finished bytes to `out`: the head, which speaks of `context` as it is known now, then
  // the body.
  Status finish(RecordingContext context, const std::function<Status(std::string_view)>& out);

 private:
  ExportWriter(FileSystem& files, ExportRequest request);

  ExportRequest request_;
  Spool spool_;
  std::unique_ptr<Renderer> renderer_;
  std::unique_ptr<RenderStage> stage_;
};

}  // namespace kato
