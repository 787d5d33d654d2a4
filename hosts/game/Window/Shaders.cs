namespace Mainspring.Game;

/// <summary>What the graphics processor does: a rectangle for each shape, and in it the distance to the shape's edge, of which edge and glow are made.</summary>
internal static class Shaders
{
    public const string Vertex = """
        #version 330 core
        layout(location = 0) in vec4 place;     // x, y, size, second size
        layout(location = 1) in vec4 turn;      // cosine, sine, solid, glow
        layout(location = 2) in vec4 light;     // r, g, b, reach
        layout(location = 3) in float kind;
        uniform vec4 view;                      // from units to clip space: scale x, scale y, offset x, offset y
        out vec2 at;
        flat out vec4 shape;
        flat out vec4 glow;
        flat out vec4 colour;
        void main()
        {
            vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;
            float reach = (turn.w > 0.0 ? light.w : 0.0) + 1.0;
            vec2 extent = kind == 4.0 ? place.zw : kind == 1.0 ? vec2(place.z + place.w) : kind == 5.0 ? vec2(2.0, 4.0) : vec2(place.z * 1.2);
            extent += kind == 5.0 ? 0.0 : reach;
            at = corner * extent;
            vec2 turned = vec2(at.x * turn.x - at.y * turn.y, at.x * turn.y + at.y * turn.x);
            gl_Position = vec4((place.xy + turned) * view.xy + view.zw, 0.0, 1.0);
            shape = vec4(place.zw, kind, 0.0);
            glow = vec4(turn.zw, light.w, 0.0);
            colour = vec4(light.rgb, 1.0);
        }
        """;

    public const string Fragment = """
        #version 330 core
        in vec2 at;
        flat in vec4 shape;                     // size, second size, kind
        flat in vec4 glow;                      // solid, glow, reach
        flat in vec4 colour;
        uniform sampler2D font;
        out vec4 result;
        float distanceToEdge()
        {
            float far = length(at);
            if (shape.z == 1.0)
                return abs(far - shape.x) - shape.y;
            if (shape.z == 2.0)
            {
                float teeth = clamp(cos(atan(at.y, at.x) * shape.y) * 3.0, -1.0, 1.0);
                return max(far - shape.x * (0.9 + 0.14 * teeth), shape.x * 0.34 - far);
            }
            if (shape.z == 3.0)
                return max(abs(at.y) * 0.894 + (at.x - shape.x) * 0.447, (-at.x - shape.x * 0.75) + abs(at.y) * 0.35);
            if (shape.z == 4.0)
            {
                vec2 out_ = abs(at) - shape.xy;
                return length(max(out_, 0.0)) + min(0.0, max(out_.x, out_.y));
            }
            return far - shape.x;
        }
        void main()
        {
            if (shape.z == 5.0)
            {
                vec2 cell = vec2((at.x + 2.0) / 4.0 * 6.0, (at.y + 4.0) / 8.0 * 9.0 - 1.0);
                bool inside = cell.x >= 0.0 && cell.x < 5.0 && cell.y >= 0.0 && cell.y < 7.0;
                float lit = inside ? texelFetch(font, ivec2(int(shape.y) * 5 + int(cell.x), int(cell.y)), 0).r : 0.0;
                result = vec4(colour.rgb * lit, lit);
                return;
            }
            float d = distanceToEdge();
            float width = max(length(vec2(dFdx(at.x), dFdy(at.x))), 0.0001);
            float cover = clamp(0.5 - d / width, 0.0, 1.0) * glow.x;
            float near = glow.y > 0.0 ? clamp(1.0 - max(d, 0.0) / glow.z, 0.0, 1.0) : 0.0;
            float shade = 0.82 + 0.18 * clamp(-d / max(shape.x * 0.5, 0.5), 0.0, 1.0);
            result = vec4(colour.rgb * (cover * shade + glow.y * near * near * near * 0.6 * (1.0 - cover)), cover);
        }
        """;
}
