"""Film × device × what is asked → how it is delivered; the sizes are of encoded pictures, with their H.264 level.

The films and the devices stand in `tests.core.devices`. What is asked:

    hls       a playlist                       auto      a playlist or the film itself
    720p      auto, at most so high            audio     auto, without its picture
    second    auto, the second sound           copying   auto, in a house where nothing is encoded
    2mbit     auto, in a house that allows so much        burnt     auto, with the first subtitles drawn in
    failed    auto, by a player that has failed with the film itself; failed_twice: with copied segments, too
    crowded   hls, on a box that is too slow   far       hls, over a connection that is too slow
    weak      hls, by a player that is too slow           read      auto, with the first subtitles as text
"""

from __future__ import annotations

ROWS = """
mp4               chromium  auto         direct     -              plays_as_it_is
mp4               firefox   auto         direct     -              plays_as_it_is
mp4               safari    auto         direct     -              plays_as_it_is
mp4               iphone    auto         direct     -              plays_as_it_is
mp4               tablet    auto         transcode  854x480@30     height_limited bitrate_limited video_profile_not_supported
mp4               silent    auto         direct     -              plays_as_it_is
mkv               chromium  auto         remux      -              container_not_supported
mkv               firefox   auto         remux      -              container_not_supported
mkv               safari    auto         remux      -              container_not_supported
mkv               iphone    auto         remux      -              container_not_supported
mkv               tablet    auto         transcode  854x480@30     height_limited bitrate_limited video_profile_not_supported
mkv               silent    auto         remux      -              container_not_supported
mkv_ac3           chromium  auto         transcode  -              audio_codec_not_supported
mkv_ac3           firefox   auto         transcode  -              audio_codec_not_supported
mkv_ac3           safari    auto         remux      -              container_not_supported
mkv_ac3           iphone    auto         remux      -              container_not_supported
mkv_ac3           tablet    auto         transcode  854x480@30     height_limited bitrate_limited video_profile_not_supported audio_codec_not_supported
mkv_ac3           silent    auto         transcode  -              audio_codec_not_supported
mkv_eac3          chromium  auto         transcode  -              audio_codec_not_supported
mkv_eac3          firefox   auto         transcode  -              audio_codec_not_supported
mkv_eac3          safari    auto         transcode  -              audio_codec_not_supported
mkv_eac3          iphone    auto         transcode  -              audio_codec_not_supported
mkv_eac3          tablet    auto         transcode  854x480@30     height_limited bitrate_limited video_profile_not_supported audio_codec_not_supported
mkv_eac3          silent    auto         transcode  -              audio_codec_not_supported
mkv_dts           chromium  auto         transcode  -              audio_codec_not_supported
mkv_dts           firefox   auto         transcode  -              audio_codec_not_supported
mkv_dts           safari    auto         transcode  -              audio_codec_not_supported
mkv_dts           iphone    auto         transcode  -              audio_codec_not_supported
mkv_dts           tablet    auto         transcode  854x480@30     height_limited bitrate_limited video_profile_not_supported audio_codec_not_supported
mkv_dts           silent    auto         transcode  -              audio_codec_not_supported
mp4_4k            chromium  auto         direct     -              plays_as_it_is
mp4_4k            firefox   auto         direct     -              plays_as_it_is
mp4_4k            safari    auto         direct     -              plays_as_it_is
mp4_4k            iphone    auto         direct     -              plays_as_it_is
mp4_4k            tablet    auto         transcode  854x480@30     height_limited bitrate_limited video_profile_not_supported
mp4_4k            silent    auto         direct     -              plays_as_it_is
mp4_60fps         chromium  auto         direct     -              plays_as_it_is
mp4_60fps         firefox   auto         direct     -              plays_as_it_is
mp4_60fps         safari    auto         direct     -              plays_as_it_is
mp4_60fps         iphone    auto         direct     -              plays_as_it_is
mp4_60fps         tablet    auto         transcode  854x480@31     height_limited bitrate_limited video_profile_not_supported
mp4_60fps         silent    auto         direct     -              plays_as_it_is
mkv_ten_bit       chromium  auto         remux      -              container_not_supported
mkv_ten_bit       firefox   auto         transcode  1920x1080@40   video_profile_not_supported
mkv_ten_bit       safari    auto         transcode  1920x1080@40   video_profile_not_supported
mkv_ten_bit       iphone    auto         transcode  1920x1080@40   video_profile_not_supported
mkv_ten_bit       tablet    auto         transcode  854x480@30     height_limited bitrate_limited video_profile_not_supported
mkv_ten_bit       silent    auto         transcode  1920x1080@40   video_profile_not_supported
mp4_hevc          chromium  auto         transcode  1920x1080@40   video_codec_not_supported
mp4_hevc          firefox   auto         transcode  1920x1080@40   video_codec_not_supported
mp4_hevc          safari    auto         direct     -              plays_as_it_is
mp4_hevc          iphone    auto         direct     -              plays_as_it_is
mp4_hevc          tablet    auto         transcode  854x480@30     height_limited bitrate_limited video_codec_not_supported
mp4_hevc          silent    auto         transcode  1920x1080@40   video_codec_not_supported
mkv_hevc_ac3      chromium  auto         transcode  1920x1080@40   video_codec_not_supported audio_codec_not_supported
mkv_hevc_ac3      firefox   auto         transcode  1920x1080@40   video_codec_not_supported audio_codec_not_supported
mkv_hevc_ac3      safari    auto         remux      -              container_not_supported
mkv_hevc_ac3      iphone    auto         transcode  1920x1080@40   video_codec_not_supported
mkv_hevc_ac3      tablet    auto         transcode  854x480@30     height_limited bitrate_limited video_codec_not_supported audio_codec_not_supported
mkv_hevc_ac3      silent    auto         transcode  1920x1080@40   video_codec_not_supported audio_codec_not_supported
mkv_hdr           chromium  auto         transcode  1920x1080@40   video_codec_not_supported audio_codec_not_supported video_is_hdr
mkv_hdr           firefox   auto         transcode  1920x1080@40   video_codec_not_supported audio_codec_not_supported video_is_hdr
mkv_hdr           safari    auto         transcode  -              audio_codec_not_supported
mkv_hdr           iphone    auto         transcode  1920x1080@40   video_codec_not_supported audio_codec_not_supported video_is_hdr
mkv_hdr           tablet    auto         transcode  854x480@30     height_limited bitrate_limited video_codec_not_supported audio_codec_not_supported video_is_hdr
mkv_hdr           silent    auto         transcode  1920x1080@40   video_codec_not_supported audio_codec_not_supported video_is_hdr
webm_vp9          chromium  auto         direct     -              plays_as_it_is
webm_vp9          firefox   auto         direct     -              plays_as_it_is
webm_vp9          safari    auto         direct     -              plays_as_it_is
webm_vp9          iphone    auto         transcode  1920x1080@40   video_codec_not_supported audio_codec_not_supported
webm_vp9          tablet    auto         transcode  854x480@30     height_limited bitrate_limited video_codec_not_supported audio_codec_not_supported
webm_vp9          silent    auto         transcode  1920x1080@40   video_codec_not_supported audio_codec_not_supported
mp4_av1           chromium  auto         direct     -              plays_as_it_is
mp4_av1           firefox   auto         direct     -              plays_as_it_is
mp4_av1           safari    auto         transcode  1920x1080@40   video_codec_not_supported audio_codec_not_supported
mp4_av1           iphone    auto         transcode  1920x1080@40   video_codec_not_supported audio_codec_not_supported
mp4_av1           tablet    auto         transcode  854x480@30     height_limited bitrate_limited video_codec_not_supported audio_codec_not_supported
mp4_av1           silent    auto         transcode  1920x1080@40   video_codec_not_supported audio_codec_not_supported
mkv_av1_flac      chromium  auto         transcode  1920x1080@40   video_codec_not_supported audio_codec_not_supported
mkv_av1_flac      firefox   auto         transcode  1920x1080@40   video_codec_not_supported audio_codec_not_supported
mkv_av1_flac      safari    auto         transcode  1920x1080@40   video_codec_not_supported audio_codec_not_supported
mkv_av1_flac      iphone    auto         transcode  1920x1080@40   video_codec_not_supported audio_codec_not_supported
mkv_av1_flac      tablet    auto         transcode  854x480@30     height_limited bitrate_limited video_codec_not_supported audio_codec_not_supported
mkv_av1_flac      silent    auto         transcode  1920x1080@40   video_codec_not_supported audio_codec_not_supported
avi               chromium  auto         transcode  1920x1080@40   video_codec_not_supported audio_codec_not_supported
avi               firefox   auto         transcode  1920x1080@40   video_codec_not_supported audio_codec_not_supported
avi               safari    auto         transcode  1920x1080@40   video_codec_not_supported audio_codec_not_supported
avi               iphone    auto         transcode  1920x1080@40   video_codec_not_supported audio_codec_not_supported
avi               tablet    auto         transcode  854x480@30     height_limited bitrate_limited video_codec_not_supported audio_codec_not_supported
avi               silent    auto         transcode  1920x1080@40   video_codec_not_supported audio_codec_not_supported
dvd               chromium  auto         transcode  720x576@30     video_is_interlaced video_codec_not_supported audio_codec_not_supported
dvd               firefox   auto         transcode  720x576@30     video_is_interlaced video_codec_not_supported audio_codec_not_supported
dvd               safari    auto         transcode  720x576@30     video_is_interlaced video_codec_not_supported audio_codec_not_supported
dvd               iphone    auto         transcode  720x576@30     video_is_interlaced video_codec_not_supported audio_codec_not_supported
dvd               tablet    auto         transcode  600x480@30     bitrate_limited video_is_interlaced video_codec_not_supported audio_codec_not_supported
dvd               silent    auto         transcode  720x576@30     video_is_interlaced video_codec_not_supported audio_codec_not_supported
ts                chromium  auto         transcode  1920x1080@40   video_is_interlaced
ts                firefox   auto         transcode  1920x1080@40   video_is_interlaced
ts                safari    auto         transcode  1920x1080@40   video_is_interlaced
ts                iphone    auto         transcode  1920x1080@40   video_is_interlaced
ts                tablet    auto         transcode  854x480@30     height_limited bitrate_limited video_is_interlaced video_profile_not_supported
ts                silent    auto         transcode  1920x1080@40   video_is_interlaced
two_languages     chromium  auto         direct     -              plays_as_it_is
two_languages     firefox   auto         direct     -              plays_as_it_is
two_languages     safari    auto         direct     -              plays_as_it_is
two_languages     iphone    auto         direct     -              plays_as_it_is
two_languages     tablet    auto         transcode  854x480@30     height_limited bitrate_limited video_profile_not_supported
two_languages     silent    auto         direct     -              plays_as_it_is
rotated           chromium  auto         direct     -              plays_as_it_is
rotated           firefox   auto         direct     -              plays_as_it_is
rotated           safari    auto         direct     -              plays_as_it_is
rotated           iphone    auto         direct     -              plays_as_it_is
rotated           tablet    auto         transcode  270x480@30     height_limited bitrate_limited video_profile_not_supported video_is_rotated
rotated           silent    auto         direct     -              plays_as_it_is
mp3               chromium  auto         direct     -              plays_as_it_is
mp3               firefox   auto         direct     -              plays_as_it_is
mp3               safari    auto         direct     -              plays_as_it_is
mp3               iphone    auto         direct     -              plays_as_it_is
mp3               tablet    auto         transcode  -              audio_codec_not_supported
mp3               silent    auto         transcode  -              audio_codec_not_supported
flac              chromium  auto         direct     -              plays_as_it_is
flac              firefox   auto         direct     -              plays_as_it_is
flac              safari    auto         transcode  -              audio_codec_not_supported
flac              iphone    auto         transcode  -              audio_codec_not_supported
flac              tablet    auto         transcode  -              audio_codec_not_supported
flac              silent    auto         transcode  -              audio_codec_not_supported
m4a               chromium  auto         direct     -              plays_as_it_is
m4a               firefox   auto         direct     -              plays_as_it_is
m4a               safari    auto         direct     -              plays_as_it_is
m4a               iphone    auto         direct     -              plays_as_it_is
m4a               tablet    auto         direct     -              plays_as_it_is
m4a               silent    auto         direct     -              plays_as_it_is
picture_subtitles chromium  auto         remux      -              container_not_supported
picture_subtitles firefox   auto         remux      -              container_not_supported
picture_subtitles safari    auto         remux      -              container_not_supported
picture_subtitles iphone    auto         remux      -              container_not_supported
picture_subtitles tablet    auto         transcode  854x480@30     height_limited bitrate_limited video_profile_not_supported
picture_subtitles silent    auto         remux      -              container_not_supported
mp4               chromium  hls          remux      -              container_copied
mp4               firefox   hls          remux      -              container_copied
mp4               iphone    hls          remux      -              container_copied
mkv               chromium  hls          remux      -              container_copied
mkv               firefox   hls          remux      -              container_copied
mkv               iphone    hls          remux      -              container_copied
mkv_ac3           chromium  hls          transcode  -              audio_codec_not_supported
mkv_ac3           firefox   hls          transcode  -              audio_codec_not_supported
mkv_ac3           iphone    hls          remux      -              container_copied
mkv_hevc_ac3      chromium  hls          transcode  1920x1080@40   video_codec_not_supported audio_codec_not_supported
mkv_hevc_ac3      firefox   hls          transcode  1920x1080@40   video_codec_not_supported audio_codec_not_supported
mkv_hevc_ac3      iphone    hls          transcode  1920x1080@40   video_codec_not_supported
mp4_hevc          chromium  hls          transcode  1920x1080@40   video_codec_not_supported
mp4_hevc          firefox   hls          transcode  1920x1080@40   video_codec_not_supported
mp4_hevc          iphone    hls          transcode  1920x1080@40   video_codec_not_supported
mkv_ten_bit       chromium  hls          remux      -              container_copied
mkv_ten_bit       firefox   hls          transcode  1920x1080@40   video_profile_not_supported
mkv_ten_bit       iphone    hls          transcode  1920x1080@40   video_profile_not_supported
ts                chromium  hls          transcode  1920x1080@40   video_is_interlaced
ts                firefox   hls          transcode  1920x1080@40   video_is_interlaced
ts                iphone    hls          transcode  1920x1080@40   video_is_interlaced
mp4               chromium  720p         transcode  1280x720@31    quality_asked
mp4               safari    720p         transcode  1280x720@31    quality_asked
mkv               chromium  720p         transcode  1280x720@31    quality_asked
mkv               safari    720p         transcode  1280x720@31    quality_asked
mkv_hdr           chromium  720p         transcode  1280x720@31    quality_asked video_codec_not_supported audio_codec_not_supported video_is_hdr
mkv_hdr           safari    720p         transcode  1280x720@31    quality_asked audio_codec_not_supported video_is_hdr
mp4_4k            chromium  720p         transcode  1280x720@31    quality_asked
mp4_4k            safari    720p         transcode  1280x720@31    quality_asked
webm_vp9          chromium  720p         transcode  1280x720@31    quality_asked video_codec_not_supported audio_codec_not_supported
webm_vp9          safari    720p         transcode  1280x720@31    quality_asked video_codec_not_supported audio_codec_not_supported
mp4               chromium  audio        remux      -              audio_only_asked
webm_vp9          chromium  audio        transcode  -              audio_only_asked audio_codec_not_supported
mp3               chromium  audio        direct     -              plays_as_it_is
two_languages     chromium  second       remux      -              audio_track_chosen
two_languages     safari    second       remux      -              audio_track_chosen
two_languages     iphone    second       remux      -              audio_track_chosen
two_languages     silent    second       remux      -              audio_track_chosen
mp4               chromium  copying      direct     -              plays_as_it_is
mp4               safari    copying      direct     -              plays_as_it_is
mkv               chromium  copying      remux      -              container_not_supported
mkv               safari    copying      remux      -              container_not_supported
mkv_ac3           chromium  copying      refused    -              audio_codec_not_supported
mkv_ac3           safari    copying      remux      -              container_not_supported
mp4_hevc          chromium  copying      refused    -              video_codec_not_supported
mp4_hevc          safari    copying      direct     -              plays_as_it_is
mkv_hevc_ac3      chromium  copying      refused    -              video_codec_not_supported audio_codec_not_supported
mkv_hevc_ac3      safari    copying      remux      -              container_not_supported
webm_vp9          chromium  copying      direct     -              plays_as_it_is
webm_vp9          safari    copying      direct     -              plays_as_it_is
avi               chromium  copying      refused    -              video_codec_not_supported audio_codec_not_supported
avi               safari    copying      refused    -              video_codec_not_supported audio_codec_not_supported
mp3               chromium  copying      direct     -              plays_as_it_is
mp3               safari    copying      direct     -              plays_as_it_is
mp4               chromium  2mbit        transcode  854x480@30     bitrate_limited
mkv               chromium  2mbit        transcode  854x480@30     bitrate_limited
mp4_4k            chromium  2mbit        transcode  854x480@30     bitrate_limited
mkv_hdr           chromium  2mbit        transcode  854x480@30     bitrate_limited video_codec_not_supported audio_codec_not_supported video_is_hdr
mp3               chromium  2mbit        direct     -              plays_as_it_is
mp4_hevc          chromium  crowded      transcode  854x480@30     video_codec_not_supported server_too_slow
mp4_hevc          chromium  broken       transcode  854x480@30     encoder_failed video_codec_not_supported
mp4               chromium  broken       transcode  854x480@30     encoder_failed
mp4               chromium  full         transcode  854x480@30     disk_too_full
mp4_hevc          chromium  far          transcode  640x360@30     connection_too_slow video_codec_not_supported
mp4               chromium  crowded      remux      -              container_copied
mp4               chromium  far          transcode  640x360@30     connection_too_slow
mkv_ac3           chromium  crowded      transcode  -              audio_codec_not_supported
mkv_ac3           chromium  far          transcode  640x360@30     connection_too_slow audio_codec_not_supported
mp4               chromium  weak         transcode  640x360@30     player_too_slow
mp4_text          chromium  auto         direct     -              plays_as_it_is
mp4_text          chromium  read         remux      -              subtitle_track_chosen
mp4_text          iphone    read         remux      -              subtitle_track_chosen
picture_subtitles chromium  burnt        transcode  1920x1080@40   subtitles_burned_in
picture_subtitles safari    burnt        transcode  1920x1080@40   subtitles_burned_in
mp4               chromium  failed       remux      -              player_failed
mp4               safari    failed       remux      -              player_failed
mp4               chromium  failed_twice transcode  1920x1080@40   player_failed
mp4               safari    failed_twice transcode  1920x1080@40   player_failed
webm_vp9          chromium  failed       transcode  1920x1080@40   video_codec_not_supported audio_codec_not_supported
webm_vp9          safari    failed       transcode  1920x1080@40   video_codec_not_supported audio_codec_not_supported
webm_vp9          chromium  failed_twice transcode  1920x1080@40   video_codec_not_supported player_failed audio_codec_not_supported
webm_vp9          safari    failed_twice transcode  1920x1080@40   video_codec_not_supported player_failed audio_codec_not_supported
mp4_hevc          chromium  failed       transcode  1920x1080@40   video_codec_not_supported
mp4_hevc          safari    failed       remux      -              player_failed
mp4_hevc          chromium  failed_twice transcode  1920x1080@40   video_codec_not_supported player_failed
mp4_hevc          safari    failed_twice transcode  1920x1080@40   player_failed
"""
