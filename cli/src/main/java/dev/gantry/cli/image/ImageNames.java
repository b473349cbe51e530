package dev.gantry.cli.image;

import dev.gantry.api.v1.ImageRecord;
import java.util.List;

/// How images are called in tables.
final class ImageNames {
    private static final int ID_SHOWN = 12;

    private ImageNames() {}

    /// Its names, without what docker leaves out too; never empty.
    static List<String> of(ImageRecord image) {
        if (image.getNamesCount() == 0) {
            return List.of("<none>");
        }
        return image.getNamesList().stream().map(ImageNames::familiar).toList();
    }

    private static String familiar(String name) {
        for (String prefix : List.of("docker.io/library/", "docker.io/")) {
            if (name.startsWith(prefix)) {
                return name.substring(prefix.length());
            }
        }
        return name;
    }

    static String shortId(ImageRecord image) {
        String id = image.getId().substring(image.getId().indexOf(':') + 1);
        return id.length() > ID_SHOWN ? id.substring(0, ID_SHOWN) : id;
    }
}
