width = 405; left = 100; right = 114; row_height = 22
x_low = 0; x_high = 1.1; x_log = 0; x_mark = 0
x_text = ""
array row_label[7]
row_label[1] = "native"
row_label[2] = "IOMMU lazy"
row_label[3] = "IOMMU strict"
row_label[4] = "dom0 stock"
row_label[5] = "dom0 module"
row_label[6] = "domU stock"
row_label[7] = "domU module"
array row_note[7]
row_note[1] = "4,096 B copied"
row_note[2] = "0.003 inval."
row_note[3] = "1 inval."
row_note[4] = "4,096 B copied"
row_note[5] = "4,096 B copied"
row_note[6] = "4,096 B copied"
row_note[7] = "4,096 B copied"
$bands << end
-9 0 0 #000000
end
$bars << end
-9 0 0 #000000
2 0 0.003 #44aa99 # native-iommu-lazy/instructions/counts.json
3 0 1 #2e8b57 # native-iommu-strict/instructions/counts.json
end
$lines << end
-9 0 0 #000000
end
$dots << end
-9 0 #000000 1
end
load here."/rows.gp"
